import { CHART_MODE_HINT, NO_PERMISSION } from '../arc-chart.js';
import { ApiError, EXEC_NEEDS_CREATE_FROM } from '../cluster/api-error.js';
import type { ApiClient } from '../cluster/client.js';
import { pageOf } from '../failure.js';
import { asMap, mapAt } from '../json.js';
import { type Check, TIMEOUT_MS } from './check.js';
import { grantYaml, type Permission, PERMISSIONS, rulesYaml } from './permissions.js';

export interface Rights {
  readonly checks: readonly Check[];
  /** As in `create pods`. */
  readonly missing: ReadonlySet<string>;
}

/** What the account may do; asking is allowed to every account. */
export async function checkRights(client: ApiClient, namespace: string, version: string): Promise<Rights> {
  const answers = await Promise.all(PERMISSIONS.map((each) => isAllowed(client, namespace, each)));
  const lacking = PERMISSIONS.filter((_, index) => answers[index] === false);
  const required = lacking.filter(({ optional }) => optional === undefined);
  const optional = lacking.filter((each) => each.optional === true);
  return {
    checks: [
      required.length === 0
        ? { name: 'RBAC', status: 'ok', seen: 'the account has every right that jobs need' }
        : lacks(required, namespace, version, await accountOf(client)),
      optional.length === 0
        ? { name: 'RBAC for messages', status: 'ok', seen: 'missing volumes can be named' }
        : {
            name: 'RBAC for messages',
            status: 'skipped',
            seen: `jobs run without ${wordsOf(optional)}; with it, missing volumes are named (docs/rbac.md)`,
          },
    ],
    missing: new Set(required.map(wordOf)),
  };
}

const wordOf = ({ verb, resource }: Permission): string => `${verb} ${resource}`;
const wordsOf = (missing: readonly Permission[]): string => missing.map(wordOf).join(', ');

function lacks(
  required: readonly Permission[],
  namespace: string,
  version: string,
  account: Account | undefined,
): Check {
  const who = account === undefined ? 'the account' : `the account ${account.name}`;
  const hasNone = required.length === PERMISSIONS.filter(({ optional }) => optional === undefined).length;
  const exec = required.some((each) => wordOf(each) === 'create pods/exec')
    ? ` The API server is ${version}; from ${EXEC_NEEDS_CREATE_FROM} on, every exec needs create on pods/exec.`
    : '';
  return {
    name: 'RBAC',
    status: 'failed',
    seen: hasNone
      ? `${who} has no right in namespace ${namespace}: no Role is bound to it.${exec}`
      : `${who} lacks ${wordsOf(required)} in namespace ${namespace}.${exec}`,
    fix: fixFor(hasNone, required, account),
    help: pageOf('API_FORBIDDEN'),
    ...(account !== undefined && { manifest: grantYaml(account, required, namespace) }),
  };
}

function fixFor(hasNone: boolean, required: readonly Permission[], account: Account | undefined): string {
  if (account !== undefined && NO_PERMISSION.test(account.name))
    return `ARC's chart gives this account to runners without a Kubernetes mode: ${CHART_MODE_HINT}`;
  if (hasNone)
    return "Set serviceAccountName of the runner pod to ARC's account, or restore the RoleBinding of this one.";
  return account === undefined
    ? `Add to the Role of the runner's account:\n${rulesYaml(required)}`
    : 'Add the rules to the Role of the account, or apply as an administrator:';
}

async function isAllowed(client: ApiClient, namespace: string, permission: Permission): Promise<boolean> {
  const [resource = '', subresource] = permission.resource.split('/');
  const resourceAttributes = {
    namespace,
    verb: permission.verb,
    resource,
    ...(subresource !== undefined && { subresource }),
  };
  const status = await review(client, 'authorization', 'SelfSubjectAccessReview', { resourceAttributes });
  return status.allowed === true;
}

interface Account {
  readonly name: string;
  readonly namespace: string;
}

/** The service account of the token, as the API server knows it; undefined for users, or before Kubernetes 1.28. */
async function accountOf(client: ApiClient): Promise<Account | undefined> {
  try {
    const { username } = mapAt(await review(client, 'authentication', 'SelfSubjectReview'), 'userInfo');
    const [, namespace, name] = /^system:serviceaccount:([^:]+):([^:]+)$/.exec(String(username)) ?? [];
    return namespace === undefined || name === undefined ? undefined : { name, namespace };
  } catch (error) {
    if (error instanceof ApiError) return undefined;
    throw error;
  }
}

async function review(client: ApiClient, group: string, kind: string, spec?: object) {
  const apiVersion = `${group}.k8s.io/v1`;
  const { body } = await client.send(
    {
      method: 'POST',
      path: `/apis/${apiVersion}/${kind.toLowerCase()}s`,
      body: { apiVersion, kind, ...(spec && { spec }) },
    },
    AbortSignal.timeout(TIMEOUT_MS),
  );
  return mapAt(asMap(body), 'status');
}

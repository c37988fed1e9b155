import { explain } from '../cluster/api-error.js';
import type { ApiClient } from '../cluster/client.js';
import type { Cluster } from '../cluster/cluster.js';
import { type Connected, connectCluster } from '../cluster/connect.js';
import { check, type Check } from './check.js';
import { type Permission, PERMISSIONS, rulesYaml } from './permissions.js';
import { pageOf } from '../failure.js';
import { asMap, mapAt } from '../json.js';
import { readRunnerPod } from '../pod/runner-pod.js';
import { readTemplateFiles } from '../pods/template-files.js';
import { readSettingsWithFile, type Settings } from '../settings/read.js';
import { loadTemplate } from '../template/template.js';

type Environment = Readonly<Record<string, string | undefined>>;

/** The oldest Node that the hook runs on. */
const OLDEST_NODE = [20, 0] as const;
const TIMEOUT_MS = 20_000;

/** Looks for what would make jobs fail, before there is one; in the runner pod, or outside with KUBECONFIG. */
export async function doctor(
  environment: Environment,
  nodeVersion: string,
  connectTo: typeof connectCluster = connectCluster,
): Promise<Check[]> {
  const checks: Check[] = [node(nodeVersion)];
  let settings: Settings | undefined;
  checks.push(
    await check('settings', async () => {
      settings = await readSettingsWithFile(environment);
      return settings.settingsFile === undefined
        ? 'the environment has no fault'
        : `the environment and ${settings.settingsFile} have no fault`;
    }),
  );
  if (settings === undefined) return checks;
  const known = settings;
  checks.push(await check('pod template', () => template(known)));
  let connected: Connected | undefined;
  checks.push(
    await check('Kubernetes API', async () => {
      connected = await connectTo({ ...known, apiRetrySeconds: 0 }, undefined, () => undefined);
      return reached(connected);
    }),
  );
  if (connected === undefined) return checks;
  const { client, cluster } = connected;
  if (checks.at(-1)?.status === 'failed') return checks;
  checks.push(...(await permissions(client, cluster)));
  checks.push(
    known.podName === undefined
      ? {
          name: 'runner pod',
          status: 'skipped',
          seen: 'ACTIONS_RUNNER_POD_NAME is not set: run this in the runner pod to check it',
        }
      : await check('runner pod', () => runnerPod(known, cluster), cluster.server),
  );
  return checks;
}

function node(version: string): Check {
  const [major = 0, minor = 0] = version.replace(/^v/, '').split('.').map(Number);
  const [least, leastMinor] = OLDEST_NODE;
  const isNew = major > least || (major === least && minor >= leastMinor);
  return isNew
    ? { name: 'Node', status: 'ok', seen: version }
    : {
        name: 'Node',
        status: 'failed',
        seen: version,
        fix: `Use a runner image whose externals have Node ${least} or newer.`,
        help: pageOf('UNEXPECTED'),
      };
}

async function template(settings: Settings): Promise<string> {
  if (settings.template === undefined) return 'none';
  const { documents } = loadTemplate(await readTemplateFiles(settings.template));
  return `${settings.template} has no fault (${documents.length} documents)`;
}

async function reached({ client, cluster }: Connected): Promise<string> {
  try {
    const { body } = await client.send({ method: 'GET', path: '/version' }, AbortSignal.timeout(TIMEOUT_MS));
    const { gitVersion } = asMap(body);
    const version = typeof gitVersion === 'string' ? gitVersion : 'unknown';
    return `${cluster.server}, version ${version}, namespace ${cluster.namespace}`;
  } catch (error) {
    throw explain(error, cluster.server);
  }
}

/** What the account may do; asking is allowed to every account. */
async function permissions(client: ApiClient, { namespace }: Cluster): Promise<Check[]> {
  const missing: Permission[] = [];
  for (const permission of PERMISSIONS)
    if (!(await isAllowed(client, namespace, permission))) missing.push(permission);
  const required = missing.filter(({ optional }) => optional === undefined);
  const optional = missing.filter((each) => each.optional === true);
  return [
    required.length === 0
      ? { name: 'RBAC', status: 'ok', seen: 'the account has every right that jobs need' }
      : {
          name: 'RBAC',
          status: 'failed',
          seen: `the account lacks ${wordsOf(required)} in namespace ${namespace}`,
          fix: `Check that the runner has ARC's service account and that its RoleBinding is there, or add to its Role:\n${rulesYaml(required)}`,
          help: pageOf('API_FORBIDDEN'),
        },
    optional.length === 0
      ? { name: 'RBAC for messages', status: 'ok', seen: 'missing volumes can be named' }
      : {
          name: 'RBAC for messages',
          status: 'skipped',
          seen: `jobs run without ${wordsOf(optional)}; with it, missing volumes are named (docs/rbac.md)`,
        },
  ];
}

const wordsOf = (missing: readonly Permission[]): string =>
  missing.map(({ verb, resource }) => `${verb} ${resource}`).join(', ');

async function isAllowed(client: ApiClient, namespace: string, permission: Permission): Promise<boolean> {
  const [resource = '', subresource] = permission.resource.split('/');
  const { body } = await client.send(
    {
      method: 'POST',
      path: '/apis/authorization.k8s.io/v1/selfsubjectaccessreviews',
      body: {
        apiVersion: 'authorization.k8s.io/v1',
        kind: 'SelfSubjectAccessReview',
        spec: {
          resourceAttributes: {
            namespace,
            verb: permission.verb,
            resource,
            ...(subresource !== undefined && { subresource }),
          },
        },
      },
    },
    AbortSignal.timeout(TIMEOUT_MS),
  );
  return mapAt(asMap(body), 'status').allowed === true;
}

async function runnerPod({ podName = '', claimName }: Settings, cluster: Cluster): Promise<string> {
  const pod = await cluster.getPod(podName, AbortSignal.timeout(TIMEOUT_MS));
  const { image, node: onNode } = readRunnerPod(pod, { claimName, work: undefined });
  const account = pod.spec?.serviceAccountName ?? 'default';
  return `${podName} on node ${onNode ?? '?'}, account ${account}, image ${image}`;
}

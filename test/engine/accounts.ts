import { randomBytes } from 'node:crypto';
import { ApiError, unauthorized } from './status.js';
import { resourceOf, type Route } from './route.js';

export interface Rule {
  apiGroups?: string[];
  resources: string[];
  verbs: string[];
}

/** A service account with the rules of the Roles bound to it in its namespace. */
export interface Account {
  name: string;
  namespace: string;
  rules: Rule[];
}

export interface User {
  name: string;
  /** Undefined for the administrator, who may do everything everywhere. */
  account?: Account;
}

const pods = { resources: ['pods'], verbs: ['get', 'list', 'create', 'delete'] };
const exec = { resources: ['pods/exec'], verbs: ['get', 'create'] };
const logs = { resources: ['pods/log'], verbs: ['get', 'list', 'watch'] };
const jobs = { apiGroups: ['batch'], resources: ['jobs'], verbs: ['get', 'list', 'create', 'delete'] };
const secrets = { resources: ['secrets'], verbs: ['get', 'list', 'create', 'delete'] };

/** The Roles that ARC's chart gives a runner, by container mode. */
export const ARC_RULES = {
  kubernetes: [pods, exec, logs, jobs, secrets],
  'kubernetes-novolume': [pods, exec, logs, secrets],
} satisfies Record<string, Rule[]>;

const ANONYMOUS: User = { name: 'system:anonymous', account: { name: '', namespace: '', rules: [] } };

/** Who a bearer token is, and what they may do. */
export class Accounts {
  readonly #tokens = new Map<string, User>();

  constructor(readonly all: readonly Account[]) {
    this.#tokens.set(newToken(), { name: 'kubernetes-admin' });
    for (const account of all) {
      const name = `system:serviceaccount:${account.namespace}:${account.name}`;
      this.#tokens.set(newToken(), { name, account });
    }
  }

  /** The token of an account by its name, `admin` for the administrator's. */
  token(name: string, namespace?: string): string {
    for (const [token, { account }] of this.#tokens) {
      const matches = namespace === undefined || account?.namespace === namespace;
      if ((account?.name ?? 'admin') === name && matches) return token;
    }
    throw new Error(`no account ${name} was registered with the engine`);
  }

  identify(authorization: string | undefined): User {
    if (authorization === undefined) return ANONYMOUS;
    const user = this.#tokens.get(authorization.replace(/^Bearer /i, ''));
    if (!user) throw unauthorized();
    return user;
  }

  /** @throws ApiError 403 in the words of the RBAC authorizer */
  authorize(user: User, route: Route): void {
    if (allows(user, route)) return;
    const { group, namespace, name, resource, verb } = route;
    const scope = namespace === undefined ? 'at the cluster scope' : `in the namespace "${namespace}"`;
    const subject = `${qualified(resource, group)}${name === undefined ? '' : ` "${name}"`}`;
    throw new ApiError(
      403,
      'Forbidden',
      `${subject} is forbidden: User "${user.name}" cannot ${verb} resource "${resourceOf(route)}" ` +
        `in API group "${group}" ${scope}`,
      { ...(name !== undefined && { name }), ...(group !== '' && { group }), kind: resource },
    );
  }
}

export function allows(user: User, asked: Omit<Route, 'query'>): boolean {
  const { account } = user;
  if (!account) return true;
  if (asked.resource === 'selfsubjectaccessreviews') return account.name !== '';
  if (account.namespace !== asked.namespace) return false;
  const resource =
    asked.subresource === undefined ? asked.resource : `${asked.resource}/${asked.subresource}`;
  const has = (list: string[], value: string) => list.includes(value) || list.includes('*');
  return account.rules.some(
    (rule) =>
      has(rule.apiGroups ?? [''], asked.group) &&
      has(rule.resources, resource) &&
      has(rule.verbs, asked.verb),
  );
}

const qualified = (resource: string, group: string) => (group === '' ? resource : `${resource}.${group}`);
const newToken = () => randomBytes(24).toString('base64url');

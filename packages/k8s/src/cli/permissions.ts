import { fit } from '../model/names.js';

/** A right that the hook uses. */
export interface Permission {
  readonly resource: string;
  readonly verb: string;
  /** Without it, jobs run and only messages are poorer. */
  readonly optional?: true;
}

const rights = (resource: string, verbs: readonly string[], optional?: true): Permission[] =>
  verbs.map((verb) => ({ resource, verb, ...(optional && { optional }) }));

/** Every right that the hook uses; why, says docs/rbac.md. */
export const PERMISSIONS: readonly Permission[] = [
  ...rights('pods', ['get', 'list', 'create', 'delete']),
  ...rights('pods/exec', ['get', 'create']),
  ...rights('pods/log', ['get']),
  ...rights('secrets', ['get', 'list', 'create', 'delete']),
  ...rights('events', ['list'], true),
  ...rights('configmaps', ['get'], true),
  ...rights('persistentvolumeclaims', ['get'], true),
];

/** Rules of a Role, in YAML, that grant these rights. */
export function rulesYaml(permissions: readonly Permission[]): string {
  const resources = [...new Set(permissions.map(({ resource }) => resource))];
  const rules = resources.map((resource) => {
    const verbs = permissions.filter((each) => each.resource === resource).map(({ verb }) => verb);
    return `  - apiGroups: ['']\n    resources: [${resource}]\n    verbs: [${verbs.join(', ')}]`;
  });
  return `rules:\n${rules.join('\n')}\n`;
}

/** A whole Role; for the namespace of kubectl unless one is named. */
export function roleYaml(name: string, permissions: readonly Permission[], namespace?: string): string {
  return `${head('Role', name, namespace)}${rulesYaml(permissions)}`;
}

/** A Role and its binding to a service account. Rights add up: they can stand beside those that the account has. */
export function grantYaml(
  account: { name: string; namespace: string },
  permissions: readonly Permission[],
  namespace: string,
): string {
  const name = fit(account.name, '-podhooks');
  const role = roleYaml(name, permissions, namespace);
  const subject = `  - kind: ServiceAccount\n    name: ${account.name}\n    namespace: ${account.namespace}\n`;
  const reference = `roleRef:\n  apiGroup: rbac.authorization.k8s.io\n  kind: Role\n  name: ${name}\n`;
  return `${role}---\n${head('RoleBinding', name, namespace)}${reference}subjects:\n${subject}`;
}

function head(kind: string, name: string, namespace?: string): string {
  const place = namespace === undefined ? '' : `  namespace: ${namespace}\n`;
  return `apiVersion: rbac.authorization.k8s.io/v1\nkind: ${kind}\nmetadata:\n  name: ${name}\n${place}`;
}

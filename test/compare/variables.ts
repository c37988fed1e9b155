import type { Pod } from '../runner/kubernetes-types.js';
import type { Seen } from './object-watch.js';

type Container = NonNullable<Pod['spec']>['containers'][number];
type Data = Readonly<Record<string, string>>;

/**
 * The objects with the values of variables that stand in secrets, however the pod refers to them: hooks do this in different ways,
 * and what counts is what a container sees.
 */
export function resolveVariables(objects: readonly Seen[]): Seen[] {
  // A pod may have the name of its secret.
  const secrets = new Map(
    objects.flatMap(({ metadata, data }) => (data === undefined ? [] : [[metadata.name, data]])),
  );
  return objects.map((object) => {
    const { spec } = object;
    if (spec === undefined) return object;
    const containers = spec.containers.map((container) => resolved(container, secrets));
    return { ...object, spec: { ...spec, containers } };
  });
}

function resolved(container: Container, secrets: ReadonlyMap<string, Data>) {
  const { env = [], envFrom = [], ...others } = container;
  const fromAll = envFrom.flatMap(({ secretRef }) =>
    Object.entries(secrets.get(secretRef?.name ?? '') ?? {}).map(([name, data]) => fromSecret(name, data)),
  );
  const named = env.map(({ name, value = '', valueFrom }) => {
    const { name: secret = '', key = '' } = valueFrom?.secretKeyRef ?? {};
    const data = secrets.get(secret)?.[key];
    return data === undefined ? { name, value } : fromSecret(name, data);
  });
  // A variable that is named stands before one of the same name from a whole secret.
  const names = new Set(named.map(({ name }) => name));
  return { ...others, env: [...named, ...fromAll.filter(({ name }) => !names.has(name))] };
}

function fromSecret(name: string, data: string) {
  return { name, value: Buffer.from(data, 'base64').toString(), from: 'secret' };
}

import { DEFAULT_ENVIRONMENT, type Image } from './images.js';
import type { ContainerSpec, EnvVar, KeyRef, Pod, Secret } from './types.js';

export type FindSecret = (name: string) => Secret | undefined;

/** Why the kubelet cannot configure a container: it keeps the pod waiting with CreateContainerConfigError. */
export class ConfigError extends Error {}

/**
 * The environment of a container's processes.
 * @throws ConfigError for secrets, config maps and keys that are not there
 */
export function resolveEnvironment(
  pod: Pod,
  spec: ContainerSpec,
  image: Image,
  system: Record<string, string>,
  findSecret: FindSecret,
): Map<string, string> {
  const own = new Map<string, string>(Object.entries(system));
  for (const { prefix = '', secretRef, configMapRef } of spec.envFrom ?? []) {
    if (configMapRef) requireConfigMap(configMapRef);
    const secret = secretRef && requireSecret(secretRef, findSecret);
    for (const [key, value] of Object.entries(secret?.data ?? {})) own.set(prefix + key, decode(value));
  }
  for (const variable of spec.env ?? []) {
    const value = valueOf(pod, variable, own, findSecret);
    if (value !== undefined) own.set(variable.name, value);
  }
  return new Map([...Object.entries({ ...DEFAULT_ENVIRONMENT, ...image.env }), ...own]);
}

/** Replaces `$(NAME)` where NAME is known; `$$(NAME)` stands for the text `$(NAME)`. */
export function expand(text: string, known: Map<string, string>): string {
  return text.replace(/\$\$|\$\(([^)]*)\)/g, (all, name?: string) =>
    name === undefined ? '$' : (known.get(name) ?? all),
  );
}

/** The value of a downward API field, such as `metadata.labels['app']`. */
export function fieldValue(pod: Pod, path: string): string {
  const { metadata, spec, status } = pod;
  const keyed = /^metadata\.(labels|annotations)\['(.+)'\]$/.exec(path);
  if (keyed) return metadata[keyed[1] === 'labels' ? 'labels' : 'annotations']?.[keyed[2] ?? ''] ?? '';
  const lines = (map: Record<string, string> = {}) =>
    Object.entries(map)
      .map(([key, value]) => `${key}=${JSON.stringify(value)}`)
      .join('\n');
  const values: Record<string, string | undefined> = {
    'metadata.name': metadata.name,
    'metadata.namespace': metadata.namespace,
    'metadata.uid': metadata.uid,
    'metadata.labels': lines(metadata.labels),
    'metadata.annotations': lines(metadata.annotations),
    'spec.nodeName': spec.nodeName,
    'spec.serviceAccountName': spec.serviceAccountName,
    'status.hostIP': status.hostIP,
    'status.podIP': status.podIP,
  };
  return values[path] ?? '';
}

function valueOf(
  pod: Pod,
  { value, valueFrom }: EnvVar,
  known: Map<string, string>,
  findSecret: FindSecret,
): string | undefined {
  if (!valueFrom) return expand(value ?? '', known);
  const { fieldRef, secretKeyRef, configMapKeyRef } = valueFrom;
  if (fieldRef) return fieldValue(pod, fieldRef.fieldPath ?? '');
  if (configMapKeyRef) requireConfigMap(configMapKeyRef);
  if (!secretKeyRef) return undefined;
  const data = requireSecret(secretKeyRef, findSecret)?.data?.[secretKeyRef.key ?? ''];
  if (data === undefined && secretKeyRef.optional !== true)
    throw new ConfigError(
      `couldn't find key ${secretKeyRef.key ?? ''} in Secret ${pod.metadata.namespace}/${secretKeyRef.name ?? ''}`,
    );
  return data === undefined ? undefined : decode(data);
}

function requireSecret({ name = '', optional }: KeyRef, findSecret: FindSecret): Secret | undefined {
  const secret = findSecret(name);
  if (!secret && optional !== true) throw new ConfigError(`secret "${name}" not found`);
  return secret;
}

/** The engine keeps no config maps, so only optional ones pass. */
function requireConfigMap({ name = '', optional }: KeyRef): void {
  if (optional !== true) throw new ConfigError(`configmap "${name}" not found`);
}

const decode = (base64: string) => Buffer.from(base64, 'base64').toString();

import type { HookContainer, RegistryCredentials } from '@podhooks/hooklib';
import { checkVariable, environmentTooLarge } from '../step/environment.js';
import type { EnvVar, ObjectMeta, Secret } from '../model/kubernetes.js';
import { asMap, mapAt, type JsonMap } from '../json.js';
import { DOCKER_HUB, isForRegistry } from './registry.js';

/** All values of a secret together (Kubernetes: MaxSecretSize). */
export const SECRET_BYTES = 1024 * 1024;

/**
 * Pull secrets for the credentials of the workflow. A registry may have several users, but one secret knows one user for
 * each registry: so there are as many secrets as the busiest registry has users.
 */
export function registrySecrets(
  containers: readonly HookContainer[],
  metadata: Omit<ObjectMeta, 'name'>,
  nameOf: (number: number) => string,
): Secret[] {
  const sets: Map<string, RegistryCredentials>[] = [];
  for (const { registry } of containers) {
    if (registry === null) continue;
    const server = serverName(registry);
    const fits = sets.find((set) => {
      const known = set.get(server);
      return (
        known === undefined || (known.username === registry.username && known.password === registry.password)
      );
    });
    if (fits === undefined) sets.push(new Map([[server, registry]]));
    else fits.set(server, registry);
  }
  return sets.map((set, index) => ({
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { ...metadata, name: nameOf(index + 1) },
    type: 'kubernetes.io/dockerconfigjson',
    data: {
      '.dockerconfigjson': base64(
        JSON.stringify({
          auths: Object.fromEntries(
            [...set].map(([server, { username, password }]) => [
              server,
              { username, password, auth: base64(`${username}:${password}`) },
            ]),
          ),
        }),
      ),
    },
  }));
}

/** The registries that a pull secret has credentials for, as it names them; none for what is no pull secret. */
export function registriesIn({ data = {} }: Secret): string[] {
  const read = (key: string): JsonMap => {
    try {
      const parsed: unknown = JSON.parse(Buffer.from(data[key] ?? '', 'base64').toString('utf8'));
      return asMap(parsed);
    } catch {
      return {};
    }
  };
  return [...Object.keys(mapAt(read('.dockerconfigjson'), 'auths')), ...Object.keys(read('.dockercfg'))];
}

function serverName({ serverUrl }: RegistryCredentials): string {
  return serverUrl === '' || isForRegistry(serverUrl, 'docker.io') ? DOCKER_HUB : serverUrl;
}

/** Values that a container needs at its start: they stand in a Secret, and the pod names only the keys. */
export class EnvironmentSecret {
  private readonly data: Record<string, string> = {};
  /** Of all values of a container. */
  private readonly sizes = new Map<string, number>();

  constructor(
    private readonly metadata: Omit<ObjectMeta, 'name'>,
    private readonly name: string,
    private readonly of: 'services' | 'action',
  ) {}

  /** Variables of one container, as references. @throws HookError INPUT_INVALID for one that the kernel refuses. */
  variables(container: string, values: Readonly<Record<string, string>>): EnvVar[] {
    return Object.entries(values).map(([name, value], index) => {
      const key = `${container}.${index}`;
      checkVariable(name, value, this.of === 'action' ? ' of the action' : ` of service ${container}`);
      this.sizes.set(container, (this.sizes.get(container) ?? 0) + Buffer.byteLength(value));
      this.data[key] = base64(value);
      return { name, valueFrom: { secretKeyRef: { name: this.name, key } } };
    });
  }

  /**
   * Nothing if no container has variables: then no right on secrets is needed.
   * @throws HookError INPUT_INVALID if there is more than a Secret holds.
   */
  secrets(): Secret[] {
    if (Object.keys(this.data).length === 0) return [];
    const sizes = [...this.sizes].sort(([, a], [, b]) => b - a);
    const total = sizes.reduce((sum, [, bytes]) => sum + bytes, 0);
    if (total > SECRET_BYTES)
      throw environmentTooLarge(
        ` of the ${this.of}`,
        `${total} bytes, and a Secret holds ${SECRET_BYTES}. ${sizes.map(([name, bytes]) => `${name} has ${bytes} bytes`).join(', ')}`,
      );
    return [
      {
        apiVersion: 'v1',
        kind: 'Secret',
        metadata: { ...this.metadata, name: this.name },
        type: 'Opaque',
        data: this.data,
      },
    ];
  }
}

function base64(text: string): string {
  return Buffer.from(text).toString('base64');
}

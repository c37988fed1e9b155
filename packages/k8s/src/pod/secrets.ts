import type { EnvVar, ObjectMeta, Secret } from './kubernetes.js';
import type { HookContainer, RegistryCredentials } from '@podhooks/hooklib';

/** Docker Hub's credentials are looked up under this name (docker's config file). */
const DOCKER_HUB = 'https://index.docker.io/v1/';

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

function serverName({ serverUrl }: RegistryCredentials): string {
  return serverUrl === '' || serverUrl === 'docker.io' ? DOCKER_HUB : serverUrl;
}

/** Values that a container needs at its start: they stand in a Secret, and the pod names only the keys. */
export class EnvironmentSecret {
  private readonly data: Record<string, string> = {};

  constructor(
    private readonly metadata: Omit<ObjectMeta, 'name'>,
    private readonly name: string,
  ) {}

  /** Variables of one container, as references. */
  variables(container: string, values: Readonly<Record<string, string>>): EnvVar[] {
    return Object.entries(values).map(([name, value], index) => {
      const key = `${container}.${index}`;
      this.data[key] = base64(value);
      return { name, valueFrom: { secretKeyRef: { name: this.name, key } } };
    });
  }

  /** Nothing if no container has variables: then no right on secrets is needed. */
  secrets(): Secret[] {
    if (Object.keys(this.data).length === 0) return [];
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

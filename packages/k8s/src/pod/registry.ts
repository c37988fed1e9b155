import { globExpression } from '../model/glob.js';

/** Docker Hub's credentials are looked up under this name (docker's config file). */
export const DOCKER_HUB = 'https://index.docker.io/v1/';

/** The registry of images whose names begin with none. */
export const DEFAULT_REGISTRY = 'docker.io';

/** The host, and port, that an image is pulled from: as docker, a first part without dot or colon is no host. */
export function registryOf(image: string): string {
  const [first = '', ...rest] = image.split('/');
  const isHost = rest.length > 0 && (/[.:]/.test(first) || first === 'localhost');
  return isHost ? hostOf(first) : DEFAULT_REGISTRY;
}

/** Whether credentials under this key of a docker config file are for a registry; hosts may hold `*`. */
export function isForRegistry(key: string, registry: string): boolean {
  return new RegExp(`^${globExpression(hostOf(key), '[^.]*')}$`).test(registry);
}

/** `https://index.docker.io/v1/` and `docker.io` are one. */
function hostOf(server: string): string {
  const host = server.replace(/^https?:\/\//, '').split('/')[0] ?? '';
  return host === 'index.docker.io' ? DEFAULT_REGISTRY : host;
}

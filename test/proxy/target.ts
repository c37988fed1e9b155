import { readFile, writeFile } from 'node:fs/promises';
import type { IncomingHttpHeaders } from 'node:http';
import https from 'node:https';
import { load } from 'js-yaml';

/** Stands in a kubeconfig for a client certificate that the proxy has: kubectl asks for a password without any. */
const CERTIFICATE_OF_PROXY = 'certificate-of-the-proxy';

/** The API server behind the proxy, as a kubeconfig describes it. */
export interface Target {
  url: URL;
  namespace: string;
  /** The token of the user, when there is one: clients of the proxy send it themselves. */
  token: string | undefined;
  /** For requests with the placeholder token: has the client certificate of the user. */
  withCertificate: https.Agent;
  plain: https.Agent;
}

/** Reads the first cluster, user and context of a kubeconfig with embedded data. */
export async function readTarget(path: string): Promise<Target> {
  const config = load(await readFile(path, 'utf8'));
  const cluster = (key: string) => textAt(config, 'clusters', 0, 'cluster', key);
  const user = (key: string) => textAt(config, 'users', 0, 'user', key);
  const server = cluster('server');
  if (server === undefined) throw new Error(`${path}: clusters[0].cluster.server is missing`);
  const ca = decode(cluster('certificate-authority-data'));
  const [cert, key] = [decode(user('client-certificate-data')), decode(user('client-key-data'))];
  const trusted = { keepAlive: true, ...(ca !== undefined && { ca }) };
  return {
    url: new URL(server),
    namespace: textAt(config, 'contexts', 0, 'context', 'namespace') ?? 'default',
    token: user('token'),
    plain: new https.Agent(trusted),
    withCertificate: new https.Agent({
      ...trusted,
      ...(cert !== undefined && key !== undefined && { cert, key }),
    }),
  };
}

/** Writes a kubeconfig that leads to the proxy, with the user of the target. */
export async function writeKubeconfig(
  path: string,
  url: string,
  ca: string,
  target: Target,
): Promise<string> {
  const cluster = { server: url, 'certificate-authority-data': Buffer.from(ca).toString('base64') };
  const user = { token: target.token ?? CERTIFICATE_OF_PROXY };
  const context = { cluster: 'proxy', user: 'proxy', namespace: target.namespace };
  const config = {
    ...{ apiVersion: 'v1', kind: 'Config', 'current-context': 'proxy' },
    clusters: [{ name: 'proxy', cluster }],
    users: [{ name: 'proxy', user }],
    contexts: [{ name: 'proxy', context }],
  };
  await writeFile(path, JSON.stringify(config), { mode: 0o600 });
  return path;
}

/** How a client's headers reach the server, and over which connections. */
export function credentials(headers: IncomingHttpHeaders, target: Target) {
  const { authorization, ...rest } = headers;
  if (authorization !== undefined && authorization !== `Bearer ${CERTIFICATE_OF_PROXY}`)
    return { agent: target.plain, headers };
  return { agent: authorization === undefined ? target.plain : target.withCertificate, headers: rest };
}

function textAt(document: unknown, ...keys: (string | number)[]): string | undefined {
  let value = document;
  for (const key of keys) {
    if (typeof value !== 'object' || value === null) return undefined;
    value = Object.getOwnPropertyDescriptor(value, key)?.value;
  }
  return typeof value === 'string' ? value : undefined;
}

const decode = (base64: string | undefined) =>
  base64 === undefined ? undefined : Buffer.from(base64, 'base64');

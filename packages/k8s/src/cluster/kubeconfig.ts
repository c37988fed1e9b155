import { readFileSync } from 'node:fs';
import type { RequestOptions } from 'node:https';
import { KubeConfig } from '@kubernetes/client-node/dist/config.js';
import { HookError } from '@podhooks/hooklib';
import { ApiAgent } from './api-agent.js';
import type { Connection } from './connection.js';

/** The current context of a kubeconfig, with whatever way to log in it names. */
export async function connectWithKubeconfig(
  path: string,
  certificate: string | undefined,
): Promise<Connection> {
  const config = new KubeConfig();
  try {
    config.loadFromString(readFileSync(path, 'utf8'));
  } catch (cause) {
    throw new HookError('API_UNAUTHORIZED', `The kubeconfig ${path} cannot be used.`, {
      cause,
      hint: 'Check KUBECONFIG.',
    });
  }
  const cluster = config.getCurrentCluster();
  if (cluster === null)
    throw new HookError('API_UNAUTHORIZED', `The kubeconfig ${path} has no current context with a cluster.`, {
      hint: 'Check KUBECONFIG.',
    });

  const tls: RequestOptions = {};
  await config.applyToHTTPSOptions(tls);
  const { ca, cert, key, pfx, passphrase, rejectUnauthorized, servername } = tls;
  // An option that is there but undefined would switch a default off.
  const given = Object.entries({ ca, cert, key, pfx, passphrase, rejectUnauthorized, servername }).filter(
    ([, value]) => value !== undefined,
  );
  return {
    server: cluster.server.replace(/\/+$/, ''),
    namespace: config.getContextObject(config.getCurrentContext())?.namespace,
    agent: new ApiAgent(Object.fromEntries(given), certificate),
    authorization: async () => {
      const request: RequestOptions = {};
      await config.applyToHTTPSOptions(request);
      const token = new Map(Object.entries(request.headers ?? {})).get('Authorization');
      return typeof token === 'string' ? { authorization: token } : {};
    },
  };
}

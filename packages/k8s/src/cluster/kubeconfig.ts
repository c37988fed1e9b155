import { readFileSync } from 'node:fs';
import type { RequestOptions } from 'node:https';
import { KubeConfig } from '@kubernetes/client-node/dist/config.js';
import { HookError } from '@podhooks/hooklib';
import { asMap, isList, isMap, mapAt } from '../json.js';
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

  requireAbsoluteProgram(path, config);
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
    agent: new ApiAgent(Object.fromEntries(given), certificate, `the kubeconfig ${path}`),
    authorization: async () => {
      const request: RequestOptions = {};
      await config.applyToHTTPSOptions(request);
      const token = new Map(Object.entries(request.headers ?? {})).get('Authorization');
      return typeof token === 'string' ? { authorization: token } : {};
    },
  };
}

/** In which a program to log in with finds others. Not that of the hook: there, folders of the workflow stand first. */
const SYSTEM_PATH = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';

/**
 * A program to log in with has the rights of the runner. By its bare name it would be looked for in the PATH of the hook, in
 * which the workflow may put folders of its own (GITHUB_PATH).
 * @throws HookError SETTINGS_INVALID
 */
function requireAbsoluteProgram(path: string, config: KubeConfig): void {
  const user = asMap(config.getCurrentUser());
  const older = mapAt(mapAt(user, 'authProvider'), 'config');
  for (const exec of [user['exec'], older['exec']]) {
    if (!isMap(exec)) continue;
    requireAbsolute(path, exec['command']);
    const variables = isList(exec['env']) ? exec['env'] : [];
    Object.assign(exec, { env: [{ name: 'PATH', value: SYSTEM_PATH }, ...variables] });
  }
  if ('cmd-path' in older) requireAbsolute(path, older['cmd-path']);
}

function requireAbsolute(path: string, program: unknown): void {
  if (typeof program === 'string' && program.startsWith('/')) return;
  throw new HookError(
    'SETTINGS_INVALID',
    `The kubeconfig ${path} logs in with the program ${JSON.stringify(program)}, which is not an absolute path.`,
    {
      hint: 'Write the absolute path of the program: the hook would look for a bare name in folders that a workflow may choose.',
    },
  );
}

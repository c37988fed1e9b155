import { mkdir, rm, writeFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { unreachable } from './environment.js';
import { kubeconfigFile, stateDirectory, type BedRecord } from './record.js';
import { attempt } from './run.js';

/**
 * Takes a cluster that is there as it is. Its current context is copied into a kubeconfig of its
 * own: a later `kubectl config use-context` must not send the tests to another cluster.
 * @param source a KUBECONFIG value; without it ~/.kube/config
 * @throws Error that names context and server when it does not answer
 */
export async function upExisting(source: string | undefined, env: NodeJS.ProcessEnv): Promise<BedRecord> {
  const from = source ?? join(env['HOME'] ?? homedir(), '.kube/config');
  const config = async (...args: string[]): Promise<string> => {
    const { code, stdout, stderr } = await attempt('kubectl', ['config', ...args], {
      ...env,
      KUBECONFIG: from,
    });
    if (code !== 0) throw new Error(`no usable context in ${from}: ${stderr.trim()}`);
    return stdout;
  };
  const context = (await config('current-context')).trim();
  const server = await config('view', '--minify', '--output=jsonpath={.clusters[0].cluster.server}');
  const about = `context ${context} of ${from}, ${server.trim()}`;
  const kubeconfig = kubeconfigFile('existing', env);
  await mkdir(stateDirectory(env), { recursive: true });
  await writeFile(kubeconfig, await config('view', '--minify', '--flatten', '--raw'), { mode: 0o600 });
  const record: BedRecord = { bed: 'existing', kubeconfig, path: [], about };
  const reason = await unreachable(record, env);
  if (reason !== undefined) {
    await forgetExisting(env);
    throw new Error(`${about} does not answer: ${reason}`);
  }
  return record;
}

/** Removes our copy of the kubeconfig; the cluster stays as it is. */
export async function forgetExisting(env: NodeJS.ProcessEnv): Promise<void> {
  await rm(kubeconfigFile('existing', env), { force: true });
}

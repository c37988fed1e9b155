import { access } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import type { BedRecord } from './record.js';
import { attempt, run } from './run.js';

const here = (name: string) => fileURLToPath(new URL(name, import.meta.url));

/** Starts the cluster built from packages (./up); the first time on a machine it builds it, too. */
export async function upPackages(env: NodeJS.ProcessEnv): Promise<BedRecord> {
  await run(here('up'), [], env);
  return packagesRecord(env);
}

export async function downPackages(env: NodeJS.ProcessEnv): Promise<void> {
  await run(here('down'), [], env);
}

/** The record of the cluster that `./up` started by hand; undefined if there is none. */
export async function packagesByHand(env: NodeJS.ProcessEnv): Promise<BedRecord | undefined> {
  const record = await packagesRecord(env);
  return access(record.kubeconfig).then(
    () => record,
    () => undefined,
  );
}

/** Reads the paths out of settings.sh, so that they stand in one place. */
export async function packagesRecord(env: NodeJS.ProcessEnv): Promise<BedRecord> {
  const script = '. "$1" && printf "%s\\n" "$KUBECONFIG_ADMIN" "$BIN" "$K8S_VERSION"';
  const { stdout, stderr } = await attempt('bash', ['-c', script, '_', here('settings.sh')], env);
  const [kubeconfig, bin, version] = stdout.split('\n');
  if (kubeconfig === undefined || bin === undefined || version === undefined) {
    throw new Error(`settings.sh cannot be read: ${stderr.trim()}`);
  }
  return { bed: 'packages', kubeconfig, path: [bin], about: `Kubernetes ${version} built from packages` };
}

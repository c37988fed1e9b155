import { packagesByHand } from './packages.js';
import { environmentOf, readRecord, type BedRecord } from './record.js';
import { attempt } from './run.js';

/** The cluster that was chosen last, or else one that `./up` started without being asked by `cluster:up`. */
export async function knownBed(env: NodeJS.ProcessEnv): Promise<BedRecord | undefined> {
  return (await readRecord(env)) ?? (await packagesByHand(env));
}

/** Why the API server cannot be used; undefined if it can. */
export async function unreachable(record: BedRecord, env: NodeJS.ProcessEnv): Promise<string | undefined> {
  const args = ['get', '--raw', '/readyz', '--request-timeout=5s'];
  const { code, stderr } = await attempt('kubectl', args, environmentOf(record, env));
  return code === 0 ? undefined : stderr.trim();
}

/**
 * The environment for programs that use the test cluster: KUBECONFIG, and PATH with a kubectl.
 * Starts nothing.
 * @throws Error when there is no cluster, or it does not answer
 */
export async function clusterEnvironment(env: NodeJS.ProcessEnv = process.env): Promise<NodeJS.ProcessEnv> {
  return environmentOf(await usableBed(env), env);
}

/** As clusterEnvironment, for tests that ask which cluster it is. */
export async function usableBed(env: NodeJS.ProcessEnv = process.env): Promise<BedRecord> {
  const record = await knownBed(env);
  if (record === undefined) throw new Error('there is no test cluster: run npm run cluster:up');
  const reason = await unreachable(record, env);
  if (reason !== undefined) {
    throw new Error(`the test cluster (${record.about}) does not answer: run npm run cluster:up. ${reason}`);
  }
  return record;
}

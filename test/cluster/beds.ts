import { chooseBed, type Bed, type Facts } from './choose-bed.js';
import { knownBed, unreachable } from './environment.js';
import { forgetExisting, upExisting } from './existing.js';
import { gatherFacts } from './facts.js';
import { downKind, upKind } from './kind.js';
import { downPackages, upPackages } from './packages.js';
import { removeRecord, writeRecord, type BedRecord } from './record.js';

type Say = (text: string) => void;

/**
 * Chooses a test cluster, makes sure that it is up and records it.
 * @throws Error when there is none to be had, or it does not come up
 */
export async function up(env: NodeJS.ProcessEnv, say: Say): Promise<BedRecord> {
  const known = await knownBed(env);
  const current = known && (await unreachable(known, env)) === undefined ? known : undefined;
  const facts = await gatherFacts(env, current);
  const bed = chooseBed(facts);
  const usable = current?.bed === bed && !looksAgain(facts, bed) ? current : undefined;
  if (usable === undefined) say(`bringing up the test cluster "${bed}"`);
  const record = usable ?? (await bringUp(bed, facts.kubeconfig, env));
  await writeRecord(record, env);
  say(`up: ${record.about}`);
  return record;
}

/** Ends the cluster that `up` brought up; an existing one is only forgotten. */
export async function down(env: NodeJS.ProcessEnv, say: Say): Promise<void> {
  const record = await knownBed(env);
  if (record === undefined) {
    say('there is no test cluster');
    return;
  }
  await end(record.bed, env);
  await removeRecord(env);
  say(record.bed === 'existing' ? `left as it is: ${record.about}` : `ended: ${record.about}`);
}

/**
 * Whether an API server that answers is not enough: ./up also looks at its other daemons, and a
 * KUBECONFIG that was given may have another current context by now.
 */
function looksAgain(facts: Facts, bed: Bed): boolean {
  return bed === 'packages' || facts.kubeconfig !== undefined;
}

function bringUp(bed: Bed, kubeconfig: string | undefined, env: NodeJS.ProcessEnv): Promise<BedRecord> {
  switch (bed) {
    case 'existing':
      return upExisting(kubeconfig, env);
    case 'kind':
      return upKind(env);
    case 'packages':
      return upPackages(env);
  }
}

function end(bed: Bed, env: NodeJS.ProcessEnv): Promise<void> {
  switch (bed) {
    case 'existing':
      return forgetExisting(env);
    case 'kind':
      return downKind(env);
    case 'packages':
      return downPackages(env);
  }
}

// Synchronous: few names, before each step.
import { lstatSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { PROTECTED } from '../agent/placing.js';
import { isMissing } from '../files/io-error.js';
import { replacePlace } from '../files/no-links.js';
import type { RunnerPath } from '../model/paths.js';

/** Its time: what is older in `_temp` the pod has, or has had. */
const KNOWN = '_temp/_podhooks/known';
/** Scripts of steps: each travels with its own step. */
const SCRIPT = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\./;

/** All that `_temp` holds now the pod has, or gets. */
export function markKnown(work: RunnerPath): void {
  replacePlace({ root: work, path: join(work, KNOWN) }, Buffer.alloc(0));
}

/**
 * What something on the runner's side has put into `_temp` since the hook was there last, as names in the work folder. Only the
 * entries of `_temp` itself are looked at: a folder counts when its own entries have changed.
 */
export function freshInTemp(work: RunnerPath): string[] {
  const known = changedAt(join(work, KNOWN));
  // The home folder is the job's.
  const others = [...PROTECTED, '_github_home'];
  if (known === undefined) return [];
  return readdirSync(join(work, '_temp'))
    .filter((name) => !others.includes(name) && !SCRIPT.test(name))
    .map((name) => `_temp/${name}`)
    .filter((name) => (changedAt(join(work, name)) ?? 0) > known);
}

/** The time that nobody can set back. */
function changedAt(path: RunnerPath): number | undefined {
  try {
    return lstatSync(path).ctimeMs;
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw error;
  }
}

// Not node:fs/promises, which is loaded at once: few steps need it.
import { promises } from 'node:fs';
import { join } from 'node:path';
import { actionsIn, type RunnerPath } from '../model/paths.js';
import { replacePlace } from '../files/no-links.js';

/** Which actions are in the pod: one name a line. In `_temp`, which the runner empties before each job. */
const SENT = '_temp/_podhooks/actions';

/** Every action that the runner has now, as `_actions/<owner>/<repository>/<ref>`. */
export async function presentActions(work: RunnerPath): Promise<string[]> {
  let names = ['_actions'];
  for (let depth = 0; depth < 3; depth++)
    names = (await Promise.all(names.map((name) => foldersIn(work, name)))).flat();
  return names;
}

/**
 * Actions that a step's texts name and that the pod does not have: the runner downloads what a local composite action
 * uses in the middle of the job.
 */
export async function newActions(work: RunnerPath, texts: readonly string[]): Promise<string[]> {
  const named = texts.flatMap(actionsIn);
  if (named.length === 0) return [];
  const sent = new Set((await promises.readFile(join(work, SENT), 'utf8').catch(() => '')).split('\n'));
  const missing = [...new Set(named)].filter((name) => !sent.has(name));
  const there = await Promise.all(missing.map((name) => isFolder(join(work, name))));
  return missing.filter((_, index) => there[index]);
}

export async function rememberActions(work: RunnerPath, names: readonly string[]): Promise<void> {
  const file = join(work, SENT);
  const before = await promises.readFile(file, 'utf8').catch(() => '');
  replacePlace({ root: work, path: file }, Buffer.from(before + names.map((name) => `${name}\n`).join('')));
}

async function foldersIn(work: RunnerPath, name: string): Promise<string[]> {
  // There is no `_actions` in a job that uses none.
  const children = await promises.readdir(join(work, name)).catch(() => []);
  const paths = children.map((child) => `${name}/${child}`);
  const folders = await Promise.all(paths.map((path) => isFolder(join(work, path))));
  return paths.filter((_, index) => folders[index]);
}

/**
 * Also of a link: the runner itself links an action to its cache (ActionManager). No step can, as this is asked only where
 * the work folder is the runner's own disk.
 */
function isFolder(path: RunnerPath): Promise<boolean> {
  return promises.stat(path).then(
    (info) => info.isDirectory(),
    () => false,
  );
}

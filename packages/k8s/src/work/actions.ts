// Not node:fs/promises, which is loaded at once: few steps need it.
import { existsSync, promises } from 'node:fs';
import { join } from 'node:path';
import { actionsIn, type RunnerPath } from '../model/paths.js';
import { replacePlace } from '../files/no-links.js';

/** Which actions are in the pod: one name a line. In `_temp`, which the runner empties before each job. */
const SENT = '_temp/_podhooks/actions';

/** `_actions/<owner>/<repository>/<ref>`: of a ref with slashes, the first part only. */
const ACTION = /^_actions\/[^/]+\/[^/]+\/[^/]+$/;
/** The runner writes a file with this end beside the folder of an action that it has downloaded (ActionManager, watermark). */
const COMPLETED = '.completed';
const downloaded = (path: RunnerPath) => existsSync(`${path}${COMPLETED}`);

/** Whether a link in the work folder is an action, in a cache that no pod has. */
export function isAction(work: RunnerPath, name: string): boolean {
  return ACTION.test(name) || (name.startsWith('_actions/') && downloaded(join(work, name)));
}

/** Every action that the runner has now, as `_actions/<owner>/<repository>/<ref>`. */
export async function presentActions(work: RunnerPath): Promise<string[]> {
  let names = ['_actions'];
  for (let depth = 0; depth < 3; depth++)
    names = (await Promise.all(names.map((name) => foldersIn(work, name)))).flat();
  return (await Promise.all(names.map((name) => actionsOf(work, name)))).flat();
}

/**
 * Actions that a step's texts name and that the pod does not have: the runner downloads what a local composite action
 * uses in the middle of the job.
 */
export async function newActions(work: RunnerPath, texts: readonly string[]): Promise<string[]> {
  const named = [...new Set(texts.flatMap(actionsIn))];
  if (named.length === 0) return [];
  const sent = new Set((await promises.readFile(join(work, SENT), 'utf8').catch(() => '')).split('\n'));
  const missing = named.filter((name) => !sent.has(name));
  const found = await Promise.all(missing.map((name) => actionsOf(work, name)));
  return found.flat().filter((name) => !sent.has(name));
}

export async function rememberActions(work: RunnerPath, names: readonly string[]): Promise<void> {
  const file = join(work, SENT);
  const before = await promises.readFile(file, 'utf8').catch(() => '');
  replacePlace({ root: work, path: file }, Buffer.from(before + names.map((name) => `${name}\n`).join('')));
}

/** The actions of `_actions/<owner>/<repository>/<name>`: itself, or those of refs that begin with it and a slash. */
async function actionsOf(work: RunnerPath, name: string): Promise<string[]> {
  if (!(await isFolder(join(work, name)))) return [];
  if (downloaded(join(work, name)) || (await holdsFiles(join(work, name)))) return [name];
  return (await Promise.all((await foldersIn(work, name)).map((folder) => actionsOf(work, folder)))).flat();
}

/** An action has files of its own; a folder that is a part of refs has none but the marks of downloads. */
async function holdsFiles(folder: RunnerPath): Promise<boolean> {
  const children = await promises.readdir(folder, { withFileTypes: true });
  return children.some((child) => child.isFile() && !child.name.endsWith(COMPLETED));
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

import { posix } from 'node:path';
import { below, type RunnerPath, WORK_MOUNT } from '../model/paths.js';
import type { ByteName } from './byte-name.js';

/** Folder of `_work` that is the runner's own, but for what it holds of the job. */
const TEMP = '_temp';

/** What the runner itself keeps in `_temp`, and believes. */
export const PROTECTED: readonly string[] = [
  '_runner_file_commands',
  '_runner_hook_responses',
  '_github_workflow',
  '_podhooks',
];

const LONGEST_NAME = 255;
const DEEPEST = 200;

/** Where the job's files may lie on the runner. */
export interface Bounds {
  /** The runner's work folder. */
  work: RunnerPath;
  /** Folder of the work folder that holds the workspace. */
  repository: string;
}

/**
 * The names of the folders down to an entry of an archive, and its own, from the work folder; or why nothing may be there.
 * Pure: links on the way are another matter (`OpenFolders`).
 */
export function placeOf(name: ByteName, bounds: Bounds): ByteName[] | string {
  const parts = name
    .replace(/^(\.\/)+/, '')
    .replace(/\/$/, '')
    .split('/');
  if (parts.some((part) => part === '' || part === '.' || part === '..' || part.includes('\0')))
    return 'the name leads elsewhere';
  if (parts.some((part) => part.length > LONGEST_NAME)) return 'the name is too long';
  if (parts.length > DEEPEST) return 'it is too deep';
  const [root = '', second = ''] = parts;
  if (!roots(bounds).includes(root)) return 'it is outside of the workspace';
  if (root === TEMP && PROTECTED.includes(second)) return "it is the runner's own";
  return parts;
}

/** Folders of the work folder that the job's files travel in. */
export function roots({ repository }: Bounds): string[] {
  return [repository, TEMP];
}

/** The workspace: the runner starts each hook in it, so it is emptied, and never removed. */
export function isWorkspace([root, name, ...below]: readonly ByteName[], { repository }: Bounds): boolean {
  return root === repository && name === repository && below.length === 0;
}

/** What of `_temp` is gone is said name by name: the runner puts files there that the pod does not know yet. */
export function isShared(place: readonly ByteName[]): boolean {
  return place.length === 1 && place[0] === TEMP;
}

/**
 * Whether a symlink stays in the workspace, or in `_temp`. Its own folder is a real one, so `..` at the beginning leads where
 * it seems to; behind another name it could lead anywhere, as that may be a link.
 */
export function staysInside(place: readonly ByteName[], target: ByteName, bounds: Bounds): boolean {
  const steps = target.split('/');
  const ups = steps.findIndex((step) => step !== '..' && step !== '.' && step !== '');
  if (steps.slice(ups === -1 ? steps.length : ups).includes('..')) return false;
  if (target === '') return false;
  if (!target.startsWith('/')) {
    const at = posix.normalize(posix.join(...place.slice(0, -1), target));
    return roots(bounds).includes(at.split('/')[0] ?? '');
  }
  const inWork = below(WORK_MOUNT, target) ?? below(bounds.work, target);
  return !steps.includes('..') && inWork !== undefined && roots(bounds).includes(inWork.split('/')[0] ?? '');
}

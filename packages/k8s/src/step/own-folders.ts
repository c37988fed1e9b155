import { below, type ContainerPath, EXTERNALS_MOUNT, WORK_MOUNT } from '../model/paths.js';
import { HOOK_FOLDER } from './script.js';

/** What nothing of a workflow must lie over: without it no step can run, or a wrong one would. */
const COVERED = [WORK_MOUNT, `${WORK_MOUNT}/_temp`, EXTERNALS_MOUNT, HOOK_FOLDER];
/** In these, nothing is the user's to mount. */
const CLOSED = [`${WORK_MOUNT}/_temp`, EXTERNALS_MOUNT, HOOK_FOLDER];

/** The folder of the hook that a mount at `target`, a normalised path, would cover or lie in; undefined for none. */
export function coveredBy(target: ContainerPath): ContainerPath | undefined {
  return (
    COVERED.find((path) => below(target, path) !== undefined) ??
    CLOSED.find((path) => below(path, target) !== undefined)
  );
}

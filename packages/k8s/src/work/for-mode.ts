import type { RunnerPath } from '../model/paths.js';
import type { WorkMode } from '../model/work-mode.js';
import type { ActionSharing, SharedAction } from './action-sharing.js';
import { Copied } from './copied.js';
import { SharedVolume } from './shared-volume.js';
import type { WorkSharing } from './sharing.js';

/**
 * @param work the runner's work folder.
 * @param repository the folder in it whose changes come back from the pod where no volume is shared; undefined for none.
 */
export function workSharing(mode: WorkMode, work: RunnerPath, repository?: string): WorkSharing {
  return mode === 'volume' ? new SharedVolume(work) : new Copied(work, repository);
}

/** The same for docker actions. Nothing of them is loaded at the top: script steps load this file, and are to begin soon. */
export async function actionSharing(mode: WorkMode, action: SharedAction): Promise<ActionSharing> {
  return mode === 'volume'
    ? new (await import('./shared-action-volume.js')).SharedActionVolume(action)
    : new (await import('./copied-action.js')).CopiedAction(action);
}

import type { RunnerPath } from '../model/paths.js';
import type { WorkMode } from '../model/work-mode.js';
import type { ActionSharing, SharedAction } from './action-sharing.js';
import { Copied } from './copied.js';
import { SharedActionVolume } from './shared-action-volume.js';
import { SharedVolume } from './shared-volume.js';
import type { WorkSharing } from './sharing.js';

/**
 * @param work the runner's work folder.
 * @param repository the folder in it whose changes come back from the pod where no volume is shared; undefined for none.
 */
export function workSharing(mode: WorkMode, work: RunnerPath, repository?: string): WorkSharing {
  return mode === 'volume' ? new SharedVolume(work) : new Copied(work, repository);
}

/** The same for docker actions. */
export async function actionSharing(mode: WorkMode, action: SharedAction): Promise<ActionSharing> {
  if (mode === 'volume') return new SharedActionVolume(action);
  // Not at the top: script steps load this file, and are to begin soon.
  const { CopiedAction } = await import('./copied-action.js');
  return new CopiedAction(action);
}

import type { RunnerPath } from '../model/paths.js';
import type { WorkMode } from '../model/work-mode.js';
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

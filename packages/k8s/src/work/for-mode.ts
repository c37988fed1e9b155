import type { RunnerPath } from '../model/paths.js';
import type { WorkMode } from '../model/work-mode.js';
import { Copied } from './copied.js';
import { SharedVolume } from './shared-volume.js';
import type { WorkSharing } from './sharing.js';

/** @param work the runner's work folder. */
export function workSharing(mode: WorkMode, work: RunnerPath): WorkSharing {
  return mode === 'volume' ? new SharedVolume(work) : new Copied(work);
}

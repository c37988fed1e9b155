import { HookError } from '@podhooks/hooklib';
import type { Settings } from '../settings/read.js';

/** @throws HookError SETTINGS_INVALID without ACTIONS_RUNNER_POD_NAME. */
export function requirePodName({ podName }: Settings): string {
  if (podName === undefined)
    throw new HookError('SETTINGS_INVALID', 'ACTIONS_RUNNER_POD_NAME is not set.', {
      hint: 'Set it in the env of the runner container from fieldRef metadata.name, as ARC does in its kubernetes modes.',
    });
  return podName;
}

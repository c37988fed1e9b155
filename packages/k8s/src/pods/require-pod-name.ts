import { HookError } from '@podhooks/hooklib';
import { CHART_MODE_HINT } from '../arc-chart.js';
import type { Settings } from '../settings/read.js';

/** @throws HookError SETTINGS_INVALID without ACTIONS_RUNNER_POD_NAME. */
export function requirePodName({ podName }: Settings): string {
  if (podName === undefined)
    throw new HookError('SETTINGS_INVALID', 'ACTIONS_RUNNER_POD_NAME is not set.', {
      hint: `With ARC's chart, ${CHART_MODE_HINT} Without the chart, set the variable in the env of the runner container from fieldRef metadata.name.`,
    });
  return podName;
}

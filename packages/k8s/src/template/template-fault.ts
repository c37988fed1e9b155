import { HookError } from '@podhooks/hooklib';
import { listFaults } from '../yaml/fault.js';

/** The one error for all faults of a template. */
export function templateError(faults: readonly string[]): HookError {
  return new HookError('TEMPLATE_INVALID', listFaults('The pod template has', faults), {
    hint: 'Correct the file that ACTIONS_RUNNER_CONTAINER_HOOK_TEMPLATE names; no pod was created.',
  });
}

import { HookError } from '@podhooks/hooklib';
import { explain } from '../cluster/api-error.js';
import { isNotFound } from '../cluster/cluster.js';
import { goneReason } from '../pod/status.js';
import type { CommandContext } from './context.js';
import type { StepTarget } from './drive-step.js';

/** The reason why a step's container no longer runs, or undefined if it does. */
export async function whyGone(
  { cluster, cancelled }: CommandContext,
  target: StepTarget,
): Promise<HookError | undefined> {
  const signal = cancelled.aborted ? AbortSignal.timeout(5_000) : cancelled;
  try {
    const reason = goneReason(await cluster.getPod(target.pod, signal), target.container);
    return reason && new HookError('STEP_LOST', `The step was lost: ${reason.what}`, { hint: reason.hint });
  } catch (error) {
    if (isNotFound(error))
      return new HookError('STEP_LOST', `The step was lost: pod ${target.pod} was deleted while it ran.`, {
        hint: 'Find out who deleted it: an administrator, a node that was drained, or a clean-up job.',
      });
    const explained = explain(error, cluster.server);
    return explained instanceof HookError && explained.code !== 'API_UNREACHABLE' ? explained : undefined;
  }
}

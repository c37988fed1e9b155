import { setTimeout as sleep } from 'node:timers/promises';
import { HookError } from '@podhooks/hooklib';
import { explain } from '../cluster/api-error.js';
import { isNotFound } from '../cluster/failures.js';
import { goneReason, type Reason } from './status.js';
import type { Context } from '../context.js';
import type { StepTarget } from '../model/step-target.js';
import { requireJobPod } from './require-job-pod.js';
import { requirePodName } from './require-pod-name.js';

/** The step was lost, for this reason. */
export function stepLost({ what, hint }: Reason): HookError {
  return new HookError('STEP_LOST', `The step was lost: ${what}`, { hint });
}

/** What is known of a pod that is there no longer. */
export function podDeleted(pod: string): HookError {
  return stepLost({
    what: `pod ${pod} was deleted while it ran.`,
    hint: 'Find out who deleted it: an administrator, a node that was drained, or a clean-up job.',
  });
}

/** A container that ended is looked at again: the kubelet says that it has evicted the pod about a second later. */
export const LOOKS = 5;
export const LOOK_AGAIN_MS = 500;

/** These say nothing of the pod: an API server that has just started refuses everything until it knows the roles. */
const UNKNOWN = ['API_UNREACHABLE', 'API_FORBIDDEN'];

/** The reason why a step's container no longer runs, or undefined if it does. */
export async function whyGone(
  { cluster, settings, cancelled }: Context,
  target: StepTarget,
): Promise<HookError | undefined> {
  const signal = cancelled.aborted ? AbortSignal.timeout(5_000) : cancelled;
  let reason: Reason | undefined;
  try {
    for (let look = 1; look <= LOOKS; look++) {
      const pod = requireJobPod(await cluster.getPod(target.pod, signal), {
        name: requirePodName(settings),
      });
      reason = goneReason(pod, target.container) ?? reason;
      if (reason?.unexplained === undefined) break;
      await sleep(LOOK_AGAIN_MS, undefined, { signal });
    }
  } catch (error) {
    if (isNotFound(error)) return podDeleted(target.pod);
    const explained = explain(error, cluster.server);
    if (explained instanceof HookError && !UNKNOWN.includes(explained.code)) return explained;
  }
  return reason && stepLost(reason);
}

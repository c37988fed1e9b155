import { setTimeout as sleep } from 'node:timers/promises';
import type { Context } from '../context.js';
import type { Pod } from '../model/kubernetes.js';
import { failedServices } from '../pods/status.js';

/** The kubelet looks at its containers every second, and the API server knows a moment later. */
const UNTIL_KNOWN_MS = 1_500;

/** Where a service has failed, that may be the reason why a step has: says so. */
export function reportFailedServices(pod: Pod, { out }: Pick<Context, 'out'>): void {
  for (const what of failedServices(pod)) out.warning(`Steps cannot reach a service: ${what}`);
}

/**
 * After a failed step of a job with services. One request, and never a failure of its own.
 * @param readyAt when prepare_job ended: the end of a service that ended then is waited for.
 */
export async function lookForFailedServices(
  pod: string,
  readyAt: number,
  context: Context,
  untilKnownMs = UNTIL_KNOWN_MS,
): Promise<void> {
  const { cluster, cancelled, out } = context;
  // The clock of the runner may have been set in between.
  const leftMs = Math.min(untilKnownMs, readyAt + untilKnownMs - Date.now());
  try {
    if (leftMs > 0) await sleep(leftMs, undefined, { signal: cancelled });
    reportFailedServices(await cluster.getPod(pod, cancelled), context);
  } catch (error) {
    out.debug(`whether a service has failed is not known: ${String(error)}`);
  }
}

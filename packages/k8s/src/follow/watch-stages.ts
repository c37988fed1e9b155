import { setTimeout as sleep } from 'node:timers/promises';
import type { Context } from '../context.js';
import type { Pod } from '../model/kubernetes.js';
import { isStageName } from '../model/names.js';
import { actionEnd, isBuildingStages } from './action-end.js';

const POLL_MS = 1_000;

/**
 * Aborts as soon as a stage of a Dockerfile was killed: the action's container waits for it in silence, and its log would
 * end much later. Looks no longer than stages are built.
 * @param over the action has ended, or nobody waits for it any more.
 */
export function watchStages(created: Pod, context: Context, over: AbortSignal): AbortSignal {
  const killed = new AbortController();
  const hasStages = created.spec?.containers.some(({ name }) => isStageName(name)) ?? false;
  if (hasStages) void watch(created.metadata?.name ?? '', context, over, killed);
  return killed.signal;
}

async function watch(
  pod: string,
  { cluster, out }: Context,
  over: AbortSignal,
  killed: AbortController,
): Promise<void> {
  for (;;) {
    try {
      await sleep(POLL_MS, undefined, { signal: over, ref: false });
      const seen = await cluster.getPod(pod, over);
      if (actionEnd(seen)?.kind === 'lost') killed.abort();
      if (killed.signal.aborted || !isBuildingStages(seen)) return;
    } catch (error) {
      if (over.aborted) return;
      // Who follows the action finds out what that means.
      out.debug(`looking for killed stages failed: ${String(error)}`);
    }
  }
}

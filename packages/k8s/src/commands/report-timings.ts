import type { Context } from '../context.js';
import type { Pod } from '../model/kubernetes.js';
import { HELPER_CONTAINER } from '../model/names.js';
import type { Phase, Phases } from '../phases.js';

/** A look at a pod that runs answers at once; for a table, nothing waits longer. */
const LOOK_MS = 2_000;

const WORDS: Readonly<Record<Phase, string>> = {
  created: 'pod and secrets created',
  scheduled: 'pod has a node',
  helper: 'volumes mounted, helper runs',
  started: 'images pulled, job container runs',
  files: 'files of the runner in place',
  ready: 'ready for steps',
};

/**
 * Where the time of a prepare_job went, in the log if it took long. Only the pod's status tells of the phases before its
 * containers run, in whole seconds: it is read once, where somebody wants to know.
 */
export async function reportTimings(
  pod: string,
  phases: Phases,
  { cluster, settings, cancelled, out }: Context,
): Promise<void> {
  const isSlow = phases.elapsedMs > settings.timingsShowAfterSeconds * 1000;
  if (!isSlow && settings.timingsFile === undefined) return;
  try {
    markFromStatus(
      phases,
      await cluster.getPod(pod, AbortSignal.any([cancelled, AbortSignal.timeout(LOOK_MS)])),
    );
  } catch (error) {
    out.debug(`reading the pod for its timings: ${String(error)}`);
  }
  if (!isSlow) return;
  out.line('Where the time went, in seconds from the beginning:');
  let before = 0;
  for (const [phase, atMs] of phases.list()) {
    out.line(`  ${seconds(atMs).padStart(6)}  (+${seconds(atMs - before)})  ${WORDS[phase]}`);
    before = atMs;
  }
}

/** By the clocks of API server and node, from the creation of the pod on. */
function markFromStatus(phases: Phases, { metadata, status }: Pod): void {
  const created = phases.at('created');
  const mark = (phase: Phase, stamp: string | undefined) => {
    const ms = Date.parse(stamp ?? '') - Date.parse(metadata?.creationTimestamp ?? '');
    if (created === undefined || Number.isNaN(ms)) return;
    // Whole seconds, and clocks that differ: nothing was before the creation, or after the end.
    phases.mark(phase, Math.min(created + Math.max(0, ms), phases.at('started') ?? phases.elapsedMs));
  };
  mark('scheduled', status?.conditions?.find(({ type }) => type === 'PodScheduled')?.lastTransitionTime);
  const helper = status?.containerStatuses?.find(({ name }) => name === HELPER_CONTAINER);
  mark('helper', helper?.state?.running?.startedAt);
}

const seconds = (ms: number): string => (ms / 1000).toFixed(1);

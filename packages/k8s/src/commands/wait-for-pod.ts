import { setTimeout as sleep } from 'node:timers/promises';
import type { Pod } from '../pod/kubernetes.js';
import { HookError } from '@podhooks/hooklib';
import { type Reason, startState, type StartState } from '../pod/status.js';
import type { PodKind } from '../pod/template-names.js';
import type { CommandContext } from './context.js';
import { whyNotPulled } from './why-not-pulled.js';

/** ARC's role has no watch on pods. While the kubelet works on the pod, looking often is what makes jobs start at once. */
const POLL_ON_NODE_MS = 100;
const POLL_UNSCHEDULED_MS = 1_000;
/** A pod is scheduled within milliseconds, or it waits for something. */
const SCHEDULED_SOON_MS = 2_000;

/** What is waited for. */
export interface Awaited {
  kind: PodKind;
  /** Where the pod stands on its way there. */
  stateOf: (pod: Pod) => StartState;
  /** Time after which the log says what is being waited for. */
  sayAfterMs: number;
}

/** A pod all of whose containers run. */
export const JOB_POD: Awaited = { kind: 'job', stateOf: startState, sayAfterMs: SCHEDULED_SOON_MS };

/**
 * Waits until a pod is where it should be, and says what it waits for.
 * @throws HookError POD_FAILED as soon as the pod cannot get there, POD_TIMEOUT after `prepareTimeoutSeconds`.
 */
export async function waitForPod(
  { kind, stateOf, sayAfterMs }: Awaited,
  created: Pod,
  context: CommandContext,
  signal: AbortSignal,
): Promise<Pod> {
  const { cluster, settings, out } = context;
  const name = created.metadata?.name ?? '';
  const began = Date.now();
  let troubledSince: number | undefined;
  let said = '';
  for (let pod = created; ; pod = await cluster.getPod(name, signal)) {
    const state = stateOf(pod);
    if (state.kind === 'running') return pod;
    if (state.kind === 'failed') throw await failure(kind, pod, state.reason, context);
    const why = state.kind === 'waiting' ? state.why : state.reason.what;
    const waited = Date.now() - began;
    if (state.kind === 'troubled') {
      troubledSince ??= Date.now();
      if (Date.now() - troubledSince > settings.imagePullGraceSeconds * 1000)
        throw await failure(kind, pod, state.reason, context);
    } else troubledSince = undefined;
    if (waited > settings.prepareTimeoutSeconds * 1000)
      throw new HookError(
        'POD_TIMEOUT',
        `The ${kind} pod ${name} did not start within ${settings.prepareTimeoutSeconds} s: ${why}`,
        {
          hint: 'Mend what it waits for, or raise ACTIONS_RUNNER_PREPARE_JOB_TIMEOUT_SECONDS.',
        },
      );
    if (why !== said && waited > sayAfterMs) out.line((said = why));
    const unscheduled = pod.spec?.nodeName === undefined && waited > SCHEDULED_SOON_MS;
    await sleep(unscheduled ? POLL_UNSCHEDULED_MS : POLL_ON_NODE_MS, undefined, { signal });
  }
}

async function failure(
  kind: PodKind,
  pod: Pod,
  { what, hint, image }: Reason,
  context: CommandContext,
): Promise<HookError> {
  return new HookError('POD_FAILED', `The ${kind} pod cannot start: ${what}`, {
    hint: image === undefined ? hint : await whyNotPulled(kind, pod, image, what, context),
  });
}

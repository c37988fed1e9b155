import type { Pod } from '../model/kubernetes.js';
import { HookError } from '@podhooks/hooklib';
import { Deadline, monotonicMs } from '../deadline.js';
import { type NotPulled, type Reason, startState, type StartState } from '../pods/status.js';
import type { PodKind } from '../template/template-names.js';
import type { Context } from '../context.js';
import { Pace, type PacePhase } from './pace.js';
import { isMounting, type NotMounted, whyNotMounted } from '../pods/why-not-mounted.js';
import { whyNotPulled } from '../pods/why-not-pulled.js';

/** What is not over by then is said in the log. */
const SAY_AFTER_MS = 2_000;

/**
 * Volumes that are there are mounted by then, and a look at what may be missing costs requests. So each that finds nothing
 * missing is followed by one after twice the time: while the kubelet pulls an image, the status does not say what runs already.
 */
const MOUNTED_AFTER_MS = 8_000;

const TIMEOUT = 'ACTIONS_RUNNER_PREPARE_JOB_TIMEOUT_SECONDS';

/** What is waited for. */
export interface Awaited {
  kind: PodKind;
  /** Where the pod stands on its way there. */
  stateOf: (pod: Pod) => StartState;
  /** Time after which the log says what is being waited for. */
  sayAfterMs: number;
  pace: readonly PacePhase[];
}

/** A pod all of whose containers run. That its job container runs, the helper tells at once: the status tells of failures. */
export const JOB_POD: Awaited = {
  kind: 'job',
  stateOf: startState,
  sayAfterMs: SAY_AFTER_MS,
  pace: [{ untilMs: 3_000, everyMs: 500 }],
};
/** For a pod that runs, and whose containers may end. */
const WATCH_PACE: readonly PacePhase[] = [{ untilMs: 10_000, everyMs: 1_000 }];

/**
 * Waits until a pod is where it should be, and says what it waits for.
 * @throws HookError POD_FAILED as soon as the pod cannot get there, POD_TIMEOUT when the deadline has passed.
 */
export async function waitForPod(
  { kind, stateOf, sayAfterMs, ...awaited }: Awaited,
  created: Pod,
  context: Context,
  signal: AbortSignal,
  deadline = prepareDeadline(context),
  pace = new Pace(awaited.pace),
): Promise<Pod> {
  const { settings, out } = context;
  const name = created.metadata?.name ?? '';
  const began = monotonicMs();
  let grace: Deadline | undefined;
  let why = 'the API server did not answer';
  let hint: string | undefined;
  let said = '';
  let unmounted: NotMounted | undefined;
  let lookAtVolumes = new Deadline(MOUNTED_AFTER_MS);
  const late = (cause?: unknown) =>
    new HookError(
      'POD_TIMEOUT',
      `The ${kind} pod ${name} did not start within ${deadline.afterMs / 1000} s: ${why}`,
      {
        cause,
        hint:
          unmounted?.hint ??
          (hint === undefined
            ? `Fix what it waits for, or raise ${TIMEOUT}.`
            : `${hint} Or raise ${TIMEOUT}.`),
      },
    );
  for (let pod = created; ; pod = await look(name, context, signal, deadline, late)) {
    const looks = isMounting(pod) && lookAtVolumes.hasPassed;
    if (looks) unmounted = await whyNotMounted(pod, { ...context, cancelled: signal });
    else if (!isMounting(pod)) unmounted = undefined;
    if (!isMounting(pod)) lookAtVolumes = new Deadline(MOUNTED_AFTER_MS);
    else if (looks)
      lookAtVolumes = new Deadline(
        unmounted?.isMissing === true ? MOUNTED_AFTER_MS : 2 * lookAtVolumes.afterMs,
      );
    const state = mountState(stateOf(pod), unmounted);
    if (state.kind === 'running') return pod;
    if (state.kind === 'failed') throw await podFailure(kind, pod, state.reason, context);
    why = state.kind === 'waiting' ? state.why : state.reason.what;
    hint = state.kind === 'waiting' ? state.hint : undefined;
    const waited = monotonicMs() - began;
    if (state.kind === 'retryable') {
      grace ??= new Deadline(settings.imagePullGraceSeconds * 1000);
      if (grace.hasPassed) throw await podFailure(kind, pod, state.reason, context);
    } else grace = undefined;
    if (deadline.hasPassed) throw late();
    if (why !== said && waited > sayAfterMs) out.line((said = why));
    await pace.next(signal, deadline);
  }
}

/** A volume that is known to be missing may still be created, but not for long; otherwise there is more to say of the wait. */
function mountState(state: StartState, unmounted: NotMounted | undefined): StartState {
  if (state.kind !== 'waiting' || unmounted === undefined) return state;
  return unmounted.isMissing
    ? { kind: 'retryable', reason: unmounted }
    : { kind: 'waiting', why: unmounted.what };
}

/** As long as a pod may take to start. */
export function prepareDeadline({ settings }: Context): Deadline {
  return new Deadline(settings.prepareTimeoutSeconds * 1000);
}

/** The pod as it is, unless the deadline passes before there is an answer. */
async function look(
  name: string,
  { cluster }: Context,
  signal: AbortSignal,
  deadline: Deadline,
  late: (cause?: unknown) => HookError,
): Promise<Pod> {
  try {
    return await cluster.getPod(name, AbortSignal.any([signal, deadline.signal]));
  } catch (error) {
    throw deadline.hasPassed && !signal.aborted ? late(error) : error;
  }
}

/**
 * Looks after a job pod that runs, while something else in it is being waited for; ends only by an error.
 * @throws HookError POD_FAILED as soon as a container that is needed has ended; `late()` when the deadline has passed.
 */
export async function watchPod(
  name: string,
  context: Context,
  signal: AbortSignal,
  deadline: Deadline,
  late: () => HookError,
): Promise<never> {
  const pace = new Pace(WATCH_PACE);
  for (;;) {
    await pace.next(signal, deadline);
    const pod = await look(name, context, signal, deadline, late);
    const state = JOB_POD.stateOf(pod);
    if (state.kind === 'failed') throw await podFailure(JOB_POD.kind, pod, state.reason, context);
    if (deadline.hasPassed) throw late();
  }
}

export async function podFailure(
  kind: PodKind,
  pod: Pod,
  reason: Reason | NotPulled,
  context: Context,
): Promise<HookError> {
  const { what } = reason;
  const isOfWorkflow = 'ofWorkflow' in reason;
  return new HookError(
    isOfWorkflow ? 'STEP_INVALID' : 'POD_FAILED',
    `The ${kind} pod cannot start: ${what}`,
    {
      hint: 'image' in reason ? await whyNotPulled(kind, pod, reason.image, what, context) : reason.hint,
    },
  );
}

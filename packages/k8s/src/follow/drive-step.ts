import { setTimeout as sleep } from 'node:timers/promises';
import { HookError } from '@podhooks/hooklib';
import { v4 as uuid } from 'uuid';
import { ApiError, ConnectionError, explain } from '../cluster/api-error.js';
import { isTransient, lacksProgram } from '../cluster/failures.js';
import { Backoff, RECONNECT_DELAY_MS } from '../cluster/retry.js';
import { monotonicMs } from '../deadline.js';
import { cancelScript } from '../step/cancel.js';
import { endWords } from '../step/end-words.js';
import { withNodeEnvironment } from '../step/node-environment.js';
import { StepOutput } from '../step/output.js';
import type { StepReport } from '../step/report.js';
import { followScript, HOOK_FOLDER, type StepScript, stepScript } from '../step/script.js';
import { TOOLS } from '../step/supervisor.js';
import type { StepTarget } from '../model/step-target.js';
import { attach } from './attach-step.js';
import { resultOf, type StepResult } from './step-result.js';
import type { Context } from '../context.js';
import { whyGone } from '../pods/why-gone.js';

/** What a caller asks for; the rest is new for each try. */
export type StepRequest = Omit<StepScript, 'id' | 'nonce' | 'channel' | 'ends'>;

/** Execs in a row that bring nothing although the pod's status, which lags behind, says that the container runs. */
const MUTE_EXECS = 6;
/** Execs in a row after the step's end that do not find its end marker. A writer that is only late has some 20 s. */
const ENDLESS_EXECS = 8;
/**
 * INT, TERM and KILL take 5 s, the record a moment more. The runner kills the hook 10 s after its SIGINT (ProcessInvoker), and a
 * runner pod on a busy node needs a part of that to get to its end.
 */
const CANCEL_MS = 7_000;

/**
 * Runs a step to its end, over as many connections as it takes. Only the end marker in the pod's log, or the state of the
 * pod, ends it; it is never run twice.
 * @throws HookError STEP_LOST if the container or what watches the step is gone, FILES_LOST if a file does not fit in the
 * pod or comes back too large, API_UNREACHABLE after `stepReconnectSeconds` without any answer, CANCELLED.
 */
export async function driveStep(
  context: Context,
  target: StepTarget,
  request: StepRequest,
): Promise<StepResult> {
  const { cancelled } = context;
  refuseIfCancelled(cancelled);
  const run: StepRun = { step: newStep(request), abandoned: false };
  let giveUp: () => void = () => undefined;
  const outOfTime = new Promise<never>((_, reject) => {
    giveUp = () => reject(notEnded(target));
  });
  let timer: NodeJS.Timeout | undefined;
  const cancel = () => {
    timer = setTimeout(giveUp, CANCEL_MS);
    void cancelStep(context, target, run);
  };
  cancelled.addEventListener('abort', cancel, { once: true });
  try {
    return await Promise.race([followToEnd(context, target, request, run), outOfTime]);
  } finally {
    run.abandoned = true;
    clearTimeout(timer);
    cancelled.removeEventListener('abort', cancel);
  }
}

/** What following and cancelling share. */
interface StepRun {
  step: StepScript;
  /** Nobody waits for the step's end any more. */
  abandoned: boolean;
}

function newStep(request: StepRequest): StepScript {
  return withNodeEnvironment({ ...request, id: uuid(), nonce: uuid(), channel: uuid(), ends: endWords() });
}

async function followToEnd(
  context: Context,
  target: StepTarget,
  request: StepRequest,
  run: StepRun,
): Promise<StepResult> {
  const { cluster, settings, cancelled, out } = context;
  let output = new StepOutput(run.step.nonce, run.step.ends);
  let script = stepScript(run.step);
  let begun = false;
  let lostSince: number | undefined;
  let mute = 0;
  let endless = 0;
  const backoff = new Backoff({ firstMs: RECONNECT_DELAY_MS });
  while (!run.abandoned) {
    const before = output.passed;
    const { report, fault, opened, stalled } = await attach(context, target, run.step, script, output);
    if (output.forged) throw forged(target);
    if (output.end !== undefined && (report.done || report.lost))
      return resultOf(output.end, report, request);
    begun ||= report.begun || output.passed > 0;
    if (report.unwritten !== undefined) throw unwritten(target, report, run.step);
    if (report.unstarted && !begun) {
      refuseIfCancelled(cancelled);
      run.step = newStep(request);
      output = new StepOutput(run.step.nonce, run.step.ends);
      script = stepScript(run.step);
      continue;
    }
    const answered = opened || (fault instanceof ApiError && !isTransient(fault));
    lostSince = answered ? undefined : (lostSince ?? monotonicMs());
    if (lostSince !== undefined && monotonicMs() - lostSince > settings.stepReconnectSeconds * 1000)
      throw explain(fault, cluster.server);
    if (opened || fault instanceof ApiError) {
      const gone = await whyGone(context, target);
      if (gone !== undefined) throw gone;
    }
    if (report.lost || report.unstarted) throw unwatched(target);
    endless = report.done ? endless + 1 : 0;
    if (endless >= ENDLESS_EXECS) throw forged(target);
    if (output.passed > before) {
      mute = 0;
      if (endless === 0) backoff.reset();
    } else if (answered && !stalled && !(fault instanceof ConnectionError) && ++mute >= MUTE_EXECS)
      throw fault === undefined
        ? unreadable(target, report.diagnostic)
        : refused(target, fault, cluster.server);
    output.restart();
    run.step = { ...run.step, channel: uuid() };
    script = followScript(run.step, output.position);
    const wait = Math.min(backoff.next(fault), settings.stepReconnectSeconds * 1000);
    const why = stalled ? 'no sign of life' : (fault?.message ?? report.diagnostic);
    out.debug(
      `connection to the step lost at byte ${output.passed}: ${why}; again in ${Math.round(wait)} ms`,
    );
    await sleep(wait);
  }
  throw notEnded(target);
}

/** For a step that has not begun. */
function refuseIfCancelled(cancelled: AbortSignal): void {
  if (cancelled.aborted) throw new HookError('CANCELLED', 'The step was cancelled before it began.');
}

async function cancelStep(
  { cluster, out }: Context,
  { pod, container }: StepTarget,
  run: StepRun,
): Promise<void> {
  for (let attempt = 1; attempt <= 5 && !run.abandoned; attempt++) {
    try {
      const session = await cluster.exec(pod, container, ['sh'], {
        onStdout: () => undefined,
        onStderr: () => undefined,
      });
      await session.write(cancelScript(run.step));
      await session.done;
      session.close();
      return;
    } catch (error) {
      out.debug(`cancelling the step failed: ${String(error)}`);
      await sleep(RECONNECT_DELAY_MS);
    }
  }
}

function unreadable({ pod, container }: StepTarget, diagnostic: string): HookError {
  return new HookError(
    'STEP_LOST',
    `The step in container ${container} of pod ${pod} cannot be followed: ${diagnostic || 'its log cannot be read'}.`,
    { hint: `The hooks need ${TOOLS.join(', ')} in the job image and room on the volume of the pod.` },
  );
}

function refused({ pod, container }: StepTarget, fault: Error, server: string): unknown {
  if (lacksProgram(fault))
    return new HookError(
      'STEP_INVALID',
      `The image of container ${container} in pod ${pod} has no sh: ${fault.status.message}`,
      {
        cause: fault,
        hint: 'Use a job image that has a POSIX shell in its PATH.',
      },
    );
  return explain(fault, server);
}

function unwatched({ pod, container }: StepTarget): HookError {
  return new HookError(
    'STEP_LOST',
    `The step was lost: the processes that watch it in container ${container} of pod ${pod} were killed, so its exit code is unknown.`,
    {
      hint: 'Look for a step that kills processes it did not start (such as `kill -9 -1` or `pkill sh`), or that reaches the process or memory limit of the container.',
    },
  );
}

function forged({ pod, container }: StepTarget): HookError {
  return new HookError(
    'STEP_LOST',
    `The step was lost: another process has changed its log in container ${container} of pod ${pod}, so its exit code is unknown.`,
    { hint: 'Look for a process that an earlier step left behind and that writes below /__podhooks.' },
  );
}

function unwritten({ pod, container }: StepTarget, report: StepReport, { files }: StepScript): HookError {
  const path = report.unwritten === 'log' ? HOOK_FOLDER : files[report.unwritten ?? 0]?.path;
  return new HookError(
    'FILES_LOST',
    `The step was not started: ${path ?? HOOK_FOLDER} could not be written whole in container ${container} of pod ${pod}: ${report.diagnostic || 'the write failed'}.`,
    {
      hint: 'Free space on the volume that holds it, or raise its size limit; check that the user of the container may write there.',
    },
  );
}

function notEnded({ pod, container }: StepTarget): HookError {
  return new HookError(
    'CANCELLED',
    `The step was cancelled, and its end was not recorded within ${CANCEL_MS / 1000} s: processes of it may still run in container ${container} of pod ${pod}.`,
    { hint: 'They end with the job pod.' },
  );
}

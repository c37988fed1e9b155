import { setTimeout as sleep } from 'node:timers/promises';
import { HookError } from '@podhooks/hooklib';
import { v4 as uuid } from 'uuid';
import { ApiError, ConnectionError, explain } from '../cluster/api-error.js';
import type { ExecSession } from '../cluster/exec.js';
import { isTransient, LONGEST_DELAY_MS, RECONNECT_DELAY_MS, waitAfter } from '../cluster/retry.js';
import { readReport, type StepEnd, StepOutput, type StepReport } from '../step/output.js';
import { cancelScript } from '../step/cancel.js';
import { farewell, followScript, passedOn, type StepScript, stepScript } from '../step/script.js';
import { TOOLS } from '../step/supervisor.js';
import type { CommandContext } from './context.js';
import { whyGone } from './why-gone.js';

export interface StepTarget {
  pod: string;
  container: string;
}

export interface StepResult {
  end: StepEnd;
  /** Contents of result files by their index in the request. */
  files: StepReport['files'];
}

/** Report and output travel on channels of their own; and the writer in the pod may be slow. */
const END_MARKER_GRACE_MS = 1_000;
/** Execs in a row that bring nothing although the pod's status, which lags behind, says that the container runs. */
const MUTE_EXECS = 6;

/**
 * Runs a step to its end, over as many connections as it takes. Only the end marker in the pod's log, or the state of the
 * pod, ends it; it is never run twice.
 * @throws HookError STEP_LOST if the container is gone, API_UNREACHABLE after `stepReconnectSeconds` without any answer.
 */
export async function driveStep(
  context: CommandContext,
  target: StepTarget,
  request: Omit<StepScript, 'id' | 'nonce'>,
): Promise<StepResult> {
  const { cluster, settings, cancelled, out } = context;
  refuseIfCancelled(cancelled);
  let step: StepScript = { ...request, id: uuid(), nonce: uuid() };
  const output = new StepOutput(step.nonce);
  let script = stepScript(step);
  let lostSince: number | undefined;
  let mute = 0;

  const cancel = () => void cancelStep(context, target, step);
  cancelled.addEventListener('abort', cancel, { once: true });
  try {
    for (let delay = RECONNECT_DELAY_MS; ; delay = Math.min(delay * 2, LONGEST_DELAY_MS)) {
      const before = output.passed;
      const { report, fault, opened } = await attach(context, target, step, script, output);
      if (output.end !== undefined && report.done) return { end: output.end, files: report.files };
      if (report.unstarted) {
        refuseIfCancelled(cancelled);
        step = { ...step, id: uuid() };
        script = stepScript(step);
        continue;
      }
      const answered = opened || (fault instanceof ApiError && !isTransient(fault));
      lostSince = answered ? undefined : (lostSince ?? Date.now());
      if (lostSince !== undefined && Date.now() - lostSince > settings.stepReconnectSeconds * 1000)
        throw explain(fault, cluster.server);
      if (opened || fault instanceof ApiError) {
        const gone = await whyGone(context, target);
        if (gone !== undefined) throw gone;
      }
      if (output.passed > before) {
        mute = 0;
        delay = RECONNECT_DELAY_MS;
      } else if (answered && !(fault instanceof ConnectionError) && ++mute >= MUTE_EXECS)
        throw fault === undefined ? unreadable(target, report.words) : refused(target, fault, cluster.server);
      output.restart();
      script = followScript(step, output.position);
      const wait = Math.min(waitAfter(fault, delay), settings.stepReconnectSeconds * 1000);
      out.debug(
        `connection to the step lost at byte ${output.passed}: ${fault?.message ?? report.words}; again in ${Math.round(wait)} ms`,
      );
      await sleep(wait);
    }
  } finally {
    cancelled.removeEventListener('abort', cancel);
  }
}

/** For a step that has not begun. */
function refuseIfCancelled(cancelled: AbortSignal): void {
  if (cancelled.aborted) throw new HookError('CANCELLED', 'The step was cancelled before it began.');
}

interface Attachment {
  report: StepReport;
  /** Why the exec was not to be had, or ended before its time; undefined if it just ended. */
  fault: Error | undefined;
  /** Whether there was a connection at all. */
  opened: boolean;
}

/** One exec: sends the text, passes the output on, and leaves as soon as everything is there. */
async function attach(
  { cluster, out }: CommandContext,
  { pod, container }: StepTarget,
  step: StepScript,
  script: string,
  output: StepOutput,
): Promise<Attachment> {
  const chunks: Buffer[] = [];
  const report = () => readReport(Buffer.concat(chunks), step.nonce);
  let reported = false;
  let session: ExecSession | undefined;
  let fault: Error | undefined;
  try {
    const complete = new Deferred();
    const late = new Deferred();
    const check = () => {
      if (reported && output.end !== undefined) complete.resolve();
      else if (reported) setTimeout(() => late.resolve(), END_MARKER_GRACE_MS).unref();
    };
    /** What lies in the pod may go as soon as the runner has it. */
    const forget = async (written: void | Promise<void>) => {
      await written;
      session?.write(passedOn(output.position)).catch(() => undefined);
    };
    session = await cluster.exec(pod, container, ['sh'], {
      onStdout: (chunk) => {
        const { segment } = output.position;
        const bytes = output.take(chunk);
        check();
        const written = bytes.length === 0 ? undefined : out.write(bytes);
        return output.position.segment === segment ? written : forget(written);
      },
      onStderr: (chunk) => {
        chunks.push(chunk);
        // Its last word ends a line: results of many megabytes are not to be read anew with each piece.
        reported ||= chunk[chunk.length - 1] === 0x0a && report().done;
        check();
      },
    });
    // A write that fails shows as the end of the exec.
    session.write(script).catch(() => undefined);
    await Promise.race([complete.promise, late.promise, session.done]);
    if (complete.resolved) await session.write(farewell(step));
  } catch (error) {
    fault = error instanceof Error ? error : new Error(String(error));
  }
  session?.close();
  return { report: report(), fault, opened: session !== undefined };
}

class Deferred {
  resolved = false;
  private settle: () => void = () => undefined;
  readonly promise = new Promise<void>((resolve) => (this.settle = resolve));

  resolve(): void {
    this.resolved = true;
    this.settle();
  }
}

async function cancelStep(
  { cluster, out }: CommandContext,
  { pod, container }: StepTarget,
  step: StepScript,
): Promise<void> {
  for (let attempt = 1; attempt <= 5; attempt++) {
    try {
      const session = await cluster.exec(pod, container, ['sh'], {
        onStdout: () => undefined,
        onStderr: () => undefined,
      });
      await session.write(cancelScript(step));
      await session.done;
      session.close();
      return;
    } catch (error) {
      out.debug(`cancelling the step failed: ${String(error)}`);
      await sleep(RECONNECT_DELAY_MS);
    }
  }
}

function unreadable({ pod, container }: StepTarget, words: string): HookError {
  return new HookError(
    'STEP_LOST',
    `The step in container ${container} of pod ${pod} cannot be followed: ${words || 'its log cannot be read'}.`,
    { hint: `The hooks need ${TOOLS.join(', ')} in the job image and room on the volume of the pod.` },
  );
}

function refused({ pod, container }: StepTarget, fault: Error, server: string): unknown {
  if (
    fault instanceof ApiError &&
    /executable file not found|no such file or directory/.test(fault.status.message)
  )
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

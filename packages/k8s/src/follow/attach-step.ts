import type { StepTarget } from '../model/step-target.js';
import type { ExecSession } from '../cluster/exec.js';
import { monotonicMs } from '../deadline.js';
import { finishText, passedOn, type StepScript } from '../step/script.js';
import type { StepOutput } from '../step/output.js';
import { StepReport } from '../step/report.js';
import type { Context } from '../context.js';

/** One connection to a step, after it has ended or was left. */
export interface Attachment {
  report: StepReport;
  /** Why the exec was refused, or ended early; undefined if it just ended. */
  fault: Error | undefined;
  /** Whether there was a connection at all. */
  opened: boolean;
  /** The connection was left because nothing more came of it. */
  stalled: boolean;
}

/** Report and output travel on channels of their own; and the writer in the pod may be slow. */
const END_MARKER_GRACE_MS = 1_000;
/** The supervisor gives a sign of life once a second. */
const STALL_MS = 4_000;
/** From the step's text to the first sign: the container may be starved. */
const START_STALL_MS = 60_000;

/** One exec: sends the text, passes the output on, and leaves as soon as everything is there, or nothing comes any more. */
export async function attach(
  { cluster, out }: Context,
  { pod, container }: StepTarget,
  step: StepScript,
  script: string,
  output: StepOutput,
): Promise<Attachment> {
  const report = new StepReport(step.channel, step.results.length + (step.back === true ? 1 : 0));
  const life = new SignsOfLife();
  let session: ExecSession | undefined;
  let fault: Error | undefined;
  try {
    const complete = new Deferred();
    const late = new Deferred();
    const check = () => {
      const reported = report.done || report.lost;
      if ((reported && output.end !== undefined) || output.forged) complete.resolve();
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
        if (report.begun) life.seen(STALL_MS);
        check();
        const written = bytes.length === 0 ? undefined : life.during(out.write(bytes));
        return output.position.segment === segment ? written : forget(written);
      },
      onStderr: (chunk) => {
        report.take(chunk);
        if (report.begun) life.seen(STALL_MS);
        check();
      },
    });
    // A write that fails shows as the end of the exec.
    session.write(script).then(
      () => life.seen(START_STALL_MS),
      () => undefined,
    );
    await Promise.race([complete.promise, late.promise, session.done, life.ended]);
    if (complete.resolved && output.end !== undefined) await session.write(finishText(step));
  } catch (error) {
    fault = error instanceof Error ? error : new Error(String(error));
  }
  life.stop();
  session?.close();
  return { report, fault, opened: session !== undefined, stalled: life.isOver };
}

/** Tells when a supervisor has given no sign for too long; time in which the runner takes no output does not count. */
class SignsOfLife {
  private readonly over = new Deferred();
  /** On the monotonic clock; undefined while nothing is expected. */
  private deadline: number | undefined;
  private stallMs = 0;
  private writing = 0;
  private readonly timer = setInterval(() => {
    if (this.writing === 0 && this.deadline !== undefined && monotonicMs() > this.deadline)
      this.over.resolve();
    // The connection keeps the process, not the clock beside it.
  }, 250).unref();

  get isOver(): boolean {
    return this.over.resolved;
  }

  get ended(): Promise<void> {
    return this.over.promise;
  }

  /** A sign was seen; the next one is due within this time. A first sign may have come before the text was all sent. */
  seen(stallMs: number): void {
    if (stallMs === START_STALL_MS && this.deadline !== undefined) return;
    this.stallMs = stallMs;
    this.deadline = monotonicMs() + stallMs;
  }

  during(written: void | Promise<void>): void | Promise<void> {
    if (written === undefined) return undefined;
    this.writing++;
    return written.finally(() => {
      this.writing--;
      if (this.deadline !== undefined) this.deadline = monotonicMs() + this.stallMs;
    });
  }

  stop(): void {
    clearInterval(this.timer);
  }
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

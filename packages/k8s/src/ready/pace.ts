import { setTimeout as sleep } from 'node:timers/promises';
import { Deadline, monotonicMs } from '../deadline.js';

/** How often a pod's status is read while its age is below `untilMs`. */
export interface PacePhase {
  untilMs: number;
  everyMs: number;
}

const LONGEST_MS = 5_000;
/** What is about to happen, happens in this time. */
const HURRY_MS = 5_000;
const HURRIED_MS = 100;

/**
 * How often a pod's status is read. ARC's Role has no watch on pods, and hundreds of jobs may pull their images at once: so
 * after the given phases each wait is twice as long as the one before, up to 5 s, a little more or less.
 */
export class Pace {
  private readonly began = monotonicMs();
  private hurrying: Deadline | undefined;
  private wake: () => void = () => undefined;
  private backOffMs = 0;

  constructor(private readonly phases: readonly PacePhase[]) {}

  /** Reads often from now on: something else has shown that the pod is about to be where it should be. */
  hurry(): void {
    this.hurrying = new Deadline(HURRY_MS);
    this.wake();
  }

  /** Settles when the status is to be read next, at the deadline at the latest. @throws AbortError. */
  async next(signal: AbortSignal, deadline: Deadline): Promise<void> {
    const awake = new Promise<void>((resolve) => (this.wake = resolve));
    const waiting = new AbortController();
    const slept = sleep(Math.min(this.delayMs(), Math.max(0, deadline.leftMs)), undefined, {
      signal: AbortSignal.any([signal, waiting.signal]),
    });
    await Promise.race([slept, awake]).finally(() => {
      slept.catch(() => undefined);
      waiting.abort();
    });
  }

  private delayMs(): number {
    if (this.hurrying?.hasPassed === false) return HURRIED_MS;
    const age = monotonicMs() - this.began;
    const phase = this.phases.find(({ untilMs }) => age < untilMs);
    if (phase !== undefined) return (this.backOffMs = phase.everyMs);
    this.backOffMs = Math.min(this.backOffMs * 2, LONGEST_MS);
    return this.backOffMs * (0.8 + Math.random() * 0.4);
  }
}

import { setTimeout as sleep } from 'node:timers/promises';
import { Backoff } from '../cluster/retry.js';
import { Deadline, monotonicMs } from '../deadline.js';

/** How often a pod's status is read while its age is below `untilMs`. */
export interface PacePhase {
  untilMs: number;
  everyMs: number;
}

/** What is about to happen, happens in this time. */
const HURRY_MS = 5_000;
const HURRIED_MS = 100;

/**
 * How often a pod's status is read. ARC's Role has no watch on pods, and hundreds of jobs may pull their images at once: so
 * after the given phases it backs off.
 */
export class Pace {
  private readonly began = monotonicMs();
  private hurrying: Deadline | undefined;
  private wake: () => void = () => undefined;
  private readonly backoff: Backoff;

  constructor(private readonly phases: readonly PacePhase[]) {
    const { everyMs = 100 } = phases.at(-1) ?? {};
    this.backoff = new Backoff({ firstMs: 2 * everyMs });
  }

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
    return this.phases.find(({ untilMs }) => age < untilMs)?.everyMs ?? this.backoff.next();
  }
}

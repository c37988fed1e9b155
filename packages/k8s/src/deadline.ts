/**
 * Milliseconds on a clock that nobody sets: one that is put forward must end no wait, and one that is put back must prolong
 * none. `performance.now()` says the same, but loading it costs a step 5 ms.
 */
export function monotonicMs(): number {
  const [seconds, nanoseconds] = process.hrtime();
  return seconds * 1_000 + nanoseconds / 1e6;
}

/** The end of a wait. */
export class Deadline {
  private readonly at: number;
  private timer: AbortSignal | undefined;

  constructor(readonly afterMs: number) {
    this.at = monotonicMs() + afterMs;
  }

  get leftMs(): number {
    return this.at - monotonicMs();
  }

  get hasPassed(): boolean {
    // The timer may be a moment early.
    return this.leftMs <= 0 || this.timer?.aborted === true;
  }

  /** Aborted when the deadline has passed. It keeps no process alive. */
  get signal(): AbortSignal {
    return (this.timer ??= AbortSignal.timeout(Math.max(0, Math.ceil(this.leftMs))));
  }
}

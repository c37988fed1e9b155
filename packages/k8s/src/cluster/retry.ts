import { setTimeout as sleep } from 'node:timers/promises';
import { Deadline } from '../deadline.js';
import { ApiError } from './api-error.js';
import { isTransient } from './failures.js';

export interface RetryPolicy {
  /** How long a request is tried again, in milliseconds, counted from its first failure. */
  budgetMs: number;
  /** Called for each failure that leads to another attempt. */
  onRetry?: (error: Error, delayMs: number) => void;
}

/** The first wait before a step whose connection was lost is followed again. */
export const RECONNECT_DELAY_MS = 250;

export interface BackoffOptions {
  firstMs?: number;
  longestMs?: number;
  /** What each wait is multiplied by. */
  factor?: number;
}

/** The waits between attempts. */
export class Backoff {
  private readonly firstMs: number;
  private readonly longestMs: number;
  private readonly factor: number;
  private nextMs: number;

  constructor({ firstMs = 100, longestMs = 5_000, factor = 2 }: BackoffOptions = {}) {
    this.nextMs = this.firstMs = firstMs;
    this.longestMs = longestMs;
    this.factor = factor;
  }

  /** There was progress: the next failure is a new one. */
  reset(): void {
    this.nextMs = this.firstMs;
  }

  /**
   * How long to wait after this failure: as long as the server asks for, and then 50 to 150 % of the delay, so that the
   * runners of a whole cluster do not come back all at once.
   */
  next(failure?: unknown): number {
    const asked = failure instanceof ApiError ? (failure.status.retryAfterSeconds ?? 0) : 0;
    const delayMs = this.nextMs;
    this.nextMs = Math.min(delayMs * this.factor, this.longestMs);
    return asked * 1_000 + delayMs * (0.5 + Math.random());
  }
}

/**
 * Runs `attempt` until it succeeds, fails for good, or the budget is used up.
 * Only for requests that may be repeated; each caller sees to that.
 * @throws what the last attempt threw.
 */
export async function withRetries<T>(
  attempt: () => Promise<T>,
  policy: RetryPolicy,
  signal: AbortSignal,
): Promise<T> {
  const backoff = new Backoff();
  let deadline: Deadline | undefined;
  for (;;) {
    try {
      return await attempt();
    } catch (error) {
      if (!isTransient(error) || signal.aborted) throw error;
      deadline ??= new Deadline(policy.budgetMs);
      const wait = backoff.next(error);
      if (wait > deadline.leftMs) throw error;
      policy.onRetry?.(error, wait);
      await sleep(wait, undefined, { signal }).catch((aborted: unknown) => {
        // Whoever aborts may want to tell what was being waited for.
        if (aborted instanceof Error) aborted.cause = error;
        throw aborted;
      });
    }
  }
}

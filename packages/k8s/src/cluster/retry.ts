import { setTimeout as sleep } from 'node:timers/promises';
import { Deadline } from '../deadline.js';
import { ApiError, CertificateError, ConnectionError } from './api-error.js';

export interface RetryPolicy {
  /** How long a request is tried again, in milliseconds, counted from its first failure. */
  budgetMs: number;
  /** Told of each failure that leads to another try. */
  onRetry?: (error: Error, delayMs: number) => void;
}

const FIRST_DELAY_MS = 100;
export const LONGEST_DELAY_MS = 5_000;
/** Before a step whose connection was lost is looked for. */
export const RECONNECT_DELAY_MS = 250;

/** What a kubelet says, with code 500, of a container that does not run or has no such program. */
const FINAL_EXEC = /container not found|executable file not found/;

/** Faults that pass by themselves: throttling, an API server that restarts, a leader that changes. */
export function isTransient(error: unknown): error is ApiError | ConnectionError {
  if (error instanceof ConnectionError) return !isCertificateFault(error);
  if (!(error instanceof ApiError)) return false;
  const { code, message } = error.status;
  return [408, 429, 500, 502, 503, 504].includes(code) && !FINAL_EXEC.test(message);
}

/**
 * For an exec in a container that does not run yet: whatever the kubelet says of it, the pod's status knows better
 * whether it ever will. Only a refusal by the API server itself is final.
 */
export function mayStartLater(error: unknown): boolean {
  if (error instanceof ApiError) return ![401, 403].includes(error.status.code);
  return error instanceof ConnectionError && !isCertificateFault(error);
}

/** Another try meets the same certificate. */
function isCertificateFault({ cause }: ConnectionError): boolean {
  return cause instanceof CertificateError;
}

/**
 * How long to wait before the next try: as long as the server asks for, and then about `delayMs`, a little more or less, so
 * that the runners of a whole cluster do not come back all at once.
 */
export function waitAfter(error: unknown, delayMs: number): number {
  const asked = error instanceof ApiError ? (error.status.retryAfterSeconds ?? 0) : 0;
  return asked * 1_000 + delayMs * (0.5 + Math.random());
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
  let deadline: Deadline | undefined;
  for (let delay = FIRST_DELAY_MS; ; delay = Math.min(delay * 2, LONGEST_DELAY_MS)) {
    try {
      return await attempt();
    } catch (error) {
      if (!isTransient(error) || signal.aborted) throw error;
      deadline ??= new Deadline(policy.budgetMs);
      const wait = waitAfter(error, delay);
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

import { HookError } from '@podhooks/hooklib';
import type { Context } from '../context.js';
import type { Deadline } from '../deadline.js';

/** Gives the context of `body` the deadline, and says so if that is what ended it. */
export async function inTime<C extends Context, T>(
  deadline: Deadline,
  context: C,
  body: (within: C) => Promise<T>,
): Promise<T> {
  const { cancelled } = context;
  try {
    return await body({ ...context, cancelled: AbortSignal.any([cancelled, deadline.signal]) });
  } catch (error) {
    const isAborted = deadline.hasPassed && !cancelled.aborted && !(error instanceof HookError);
    throw isAborted ? tooLate('the job pod was not created', deadline, error) : error;
  }
}

export function tooLate(what: string, { afterMs }: Deadline, aborted?: unknown): HookError {
  const cause = aborted instanceof Error && aborted.cause instanceof Error ? aborted.cause : undefined;
  return new HookError(
    'POD_TIMEOUT',
    `prepare_job did not end within ${afterMs / 1000} s: ${what}${cause === undefined ? '' : `: ${cause.message}`}`,
    { cause: aborted, hint: 'Check the API server, or raise ACTIONS_RUNNER_PREPARE_JOB_TIMEOUT_SECONDS.' },
  );
}

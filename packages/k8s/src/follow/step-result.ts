import { HookError } from '@podhooks/hooklib';
import type { StepEnd } from '../step/output.js';
import type { StepReport } from '../step/report.js';
import { RESULT_LIMIT_BYTES, type StepScript } from '../step/script.js';

export interface StepResult {
  end: StepEnd;
  /** Contents of result files by their index in the request. */
  files: ReadonlyMap<number, Buffer>;
}

/** @throws HookError FILES_LOST for file commands that are too large, or that nobody can read. */
export function resultOf(
  end: StepEnd,
  { files, oversized, unread }: StepReport,
  { results }: Pick<StepScript, 'results'>,
): StepResult {
  for (const index of unread)
    throw new HookError(
      'FILES_LOST',
      `The step has ended, and its file command ${results[index] ?? ''} cannot be read in the job container: it is not a regular file, or the user of the container may not read it.`,
      {
        hint: 'Let the step append to the file (`>>`), and neither replace it nor change its mode or owner.',
      },
    );
  for (const index of oversized)
    throw new HookError(
      'FILES_LOST',
      `The step wrote more than ${RESULT_LIMIT_BYTES / 2 ** 20} MiB into the file command ${results[index] ?? ''}.`,
      {
        hint: 'Write less into it: GitHub takes 1 MiB of outputs a job and of a summary a step. Pass large data as an artifact.',
      },
    );
  return { end, files };
}

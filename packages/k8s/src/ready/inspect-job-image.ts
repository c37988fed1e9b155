import { setTimeout as sleep } from 'node:timers/promises';
import { HookError } from '@podhooks/hooklib';
import { collect } from '../cluster/collect.js';
import { lacksProgram, mayStartLater } from '../cluster/failures.js';
import { Backoff } from '../cluster/retry.js';
import { Deadline } from '../deadline.js';
import { JOB_CONTAINER } from '../model/names.js';
import {
  type Inspection,
  type InspectionReport,
  inspectionScript,
  readInspection,
} from '../step/inspection.js';
import { TOOLS } from '../step/supervisor.js';
import type { Context } from '../context.js';

/**
 * Prepares the job container, and finds out what is in its image.
 * @param started settles when the container runs.
 * @throws HookError STEP_INVALID if the image cannot run steps.
 */
export async function inspectJobImage(
  pod: string,
  inspection: Inspection,
  started: Promise<unknown>,
  context: Context,
): Promise<InspectionReport> {
  const { cluster, settings, cancelled, out } = context;
  await started;
  const deadline = new Deadline(settings.apiRetrySeconds * 1000);
  const backoff = new Backoff({ factor: 1.5 });
  for (;;) {
    try {
      const script = inspectionScript(inspection);
      const { stdout, stderr } = await collect(cluster, pod, JOB_CONTAINER, ['sh'], script, cancelled);
      return check(pod, readInspection(stdout, stderr));
    } catch (error) {
      if (lacksProgram(error)) throw unfit(pod, `it has no sh: ${error.status.message}`);
      if (!mayStartLater(error) || deadline.hasPassed) throw error;
      out.debug(`inspecting the job image: ${String(error)}`);
      await sleep(backoff.next(error), undefined, { signal: cancelled });
    }
  }
}

function check(pod: string, report: InspectionReport): InspectionReport {
  if (report.diagnostic !== '') throw unfit(pod, report.diagnostic);
  if (report.missing.length > 0) throw unfit(pod, `it lacks ${report.missing.join(', ')}`);
  if (report.externalsFault !== '')
    throw new HookError(
      'POD_FAILED',
      `The runner's externals could not be copied into pod ${pod}: ${report.externalsFault}`,
      {
        hint: 'ACTIONS_RUNNER_IMAGE must be an image of the runner, with the same externals folder as the runner container.',
      },
    );
  return report;
}

function unfit(pod: string, why: string): HookError {
  return new HookError(
    'STEP_INVALID',
    `The image of container ${JOB_CONTAINER} in pod ${pod} cannot run steps: ${why}.`,
    {
      hint: `The hooks need ${TOOLS.join(', ')} in the job image, and a user who may write to emptyDir volumes.`,
    },
  );
}

import { setTimeout as sleep } from 'node:timers/promises';
import { HookError } from '@podhooks/hooklib';
import { ApiError } from '../cluster/api-error.js';
import { collect } from '../cluster/collect.js';
import { mayStartLater } from '../cluster/retry.js';
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

const RETRY_MS = 100;
/** With its images on the node, a container runs within a second or so; then asking without a sign is worth it. */
const EAGER_MS = 5_000;
/** No container runs earlier than this after its pod was made. */
const FIRST_MS = 300;

/**
 * Prepares the job container, and finds out what is in its image. The container can be reached about 100 ms before the
 * pod's status says so: at first it is simply tried.
 * @param running settles when the pod's status says that it runs, or that it cannot: then the caller aborts.
 * @throws HookError STEP_INVALID if the image cannot run steps.
 */
export async function inspectJobImage(
  pod: string,
  inspection: Inspection,
  running: Promise<unknown>,
  context: Context,
): Promise<InspectionReport> {
  const { cluster, settings, cancelled, out } = context;
  const eager = new Deadline(EAGER_MS);
  let reachable: Deadline | undefined;
  void running.then(
    () => (reachable = new Deadline(settings.apiRetrySeconds * 1000)),
    () => undefined,
  );
  await sleep(FIRST_MS, undefined, { signal: cancelled });
  for (;;) {
    if (eager.hasPassed) await running;
    try {
      const script = inspectionScript(inspection);
      const { stdout, stderr } = await collect(cluster, pod, JOB_CONTAINER, ['sh'], script, cancelled);
      return check(pod, readInspection(stdout, stderr));
    } catch (error) {
      if (
        error instanceof ApiError &&
        /executable file not found|no such file or directory/.test(error.status.message)
      )
        throw unfit(pod, `it has no sh: ${error.status.message}`);
      if (!mayStartLater(error) || reachable?.hasPassed === true) throw error;
      out.debug(`inspecting the job image: ${String(error)}`);
      await sleep(RETRY_MS, undefined, { signal: cancelled });
    }
  }
}

function check(pod: string, report: InspectionReport): InspectionReport {
  if (report.words !== '') throw unfit(pod, report.words);
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

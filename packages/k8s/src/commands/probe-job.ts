import { setTimeout as sleep } from 'node:timers/promises';
import { HookError } from '@podhooks/hooklib';
import { ApiError } from '../cluster/api-error.js';
import { collect } from '../cluster/collect.js';
import { isTransient } from '../cluster/retry.js';
import { JOB_CONTAINER } from '../pod/names.js';
import { type Probe, type ProbeReport, probeScript, readProbe } from '../step/probe.js';
import type { CommandContext } from './context.js';

const RETRY_MS = 100;

/**
 * Prepares the job container, and finds out what is in its image.
 * @param running settles when the pod runs, or cannot.
 * @throws HookError STEP_INVALID if the image cannot run steps.
 */
export async function probeJob(
  pod: string,
  probe: Probe,
  running: Promise<unknown>,
  context: CommandContext,
): Promise<ProbeReport> {
  const { cluster, cancelled, out } = context;
  await running;
  for (;;) {
    try {
      const { stdout, stderr } = await collect(
        cluster,
        pod,
        JOB_CONTAINER,
        ['sh'],
        probeScript(probe),
        cancelled,
      );
      return check(pod, readProbe(stdout, stderr));
    } catch (error) {
      if (
        error instanceof ApiError &&
        /executable file not found|no such file or directory/.test(error.status.message)
      )
        throw unfit(pod, `it has no sh: ${error.status.message}`);
      if (!isTransient(error) && !isTooEarly(error)) throw error;
      out.debug(`probing the job container: ${String(error)}`);
      await sleep(RETRY_MS, undefined, { signal: cancelled });
    }
  }
}

/** The kubelet answers so until the container runs. */
function isTooEarly(error: unknown): boolean {
  return (
    error instanceof ApiError &&
    /container not found|is not running|not yet|does not exist/.test(error.status.message)
  );
}

function check(pod: string, report: ProbeReport): ProbeReport {
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
      hint: 'The hooks need sh, mkdir, cat, sleep, rm and env in the job image, and a user who may write to emptyDir volumes.',
    },
  );
}

import { setTimeout as sleep } from 'node:timers/promises';
import { type HookContainer, HookError } from '@podhooks/hooklib';
import type { Context } from '../context.js';
import type { Deadline } from '../deadline.js';
import type { Pod } from '../model/kubernetes.js';
import { HELPER_CONTAINER, JOB_CONTAINER } from '../model/names.js';
import type { HealthCheck } from '../options/health.js';
import { EXTERNALS } from '../pod/helper.js';
import type { Phases } from '../phases.js';
import type { InspectionReport } from '../step/inspection.js';
import { lost } from '../work/send-work-folder.js';
import type { WorkSharing } from '../work/sharing.js';
import { tooLate } from './in-time.js';
import { inspectJobImage } from './inspect-job-image.js';
import { Pace } from './pace.js';
import { Pending } from './pending.js';
import { givesSign, startedSign } from './started-sign.js';
import { waitForOthers } from './wait-for-others.js';
import { JOB_POD, podFailure, waitForPod, watchPod } from './wait-for-pod.js';
import { probedContainers } from '../pods/readiness.js';
import { LOOK_AGAIN_MS, LOOKS } from '../pods/why-gone.js';

export interface CreatedJob {
  pod: Pod;
  /** The job container, and how it shares files with the runner; a job with services only has neither. */
  main: { container: HookContainer; sharing: WorkSharing; sameUser: boolean } | undefined;
  /** Services that have to be healthy before the job begins. */
  healthChecks: readonly HealthCheck[];
  /** Told when the job container runs, and its files are there. */
  phases: Phases;
}

/**
 * Waits until steps can run in a job pod: its containers run, the job image is inspected, the files are there. Whichever
 * fails first ends the others.
 * @throws HookError POD_FAILED, POD_TIMEOUT, STEP_INVALID for an image that cannot run steps, FILES_LOST.
 */
export async function jobReady(
  job: CreatedJob,
  context: Context,
  deadline: Deadline,
): Promise<InspectionReport | undefined> {
  const { pod, main, healthChecks, phases } = job;
  const name = pod.metadata?.name ?? '';
  const waiting = new AbortController();
  const within = { ...context, cancelled: AbortSignal.any([context.cancelled, waiting.signal]) };
  const pending = new Pending();
  const pace = new Pace(JOB_POD.pace);
  const running = waitForPod(JOB_POD, pod, within, within.cancelled, deadline, pace);
  const isTold = givesSign(pod);
  if (!isTold) pace.hurry();
  const started = isTold ? Promise.race([startedSign(name, within), running]) : running;
  const preparing = main && prepareMain(pod, main, started, { within, pending, deadline, phases });
  // The other containers start right after the job container.
  preparing?.then(
    () => pace.hurry(),
    () => undefined,
  );
  // The job container has answered: unless there are others, its status may come later.
  const ready = Promise.all([
    preparing,
    hasOthers(pod)
      ? waitForOthers({ running, preparing: Promise.resolve(preparing), healthChecks }, within, deadline)
      : preparing,
  ]);
  const watched = running.then(() =>
    watchPod(name, within, within.cancelled, deadline, () =>
      pending.tooLate(() => tooLate(`pod ${name} was not ready`, deadline)),
    ),
  );
  try {
    const [report] = await Promise.race([ready, watched, abortOf(context.cancelled)]);
    return report;
  } catch (error) {
    throw await reasonOf(error, name, within);
  } finally {
    waiting.abort();
  }
}

interface Bounds {
  within: Context;
  pending: Pending;
  deadline: Deadline;
  phases: Phases;
}

async function prepareMain(
  pod: Pod,
  { container, sharing, sameUser }: NonNullable<CreatedJob['main']>,
  started: Promise<unknown>,
  { within, pending, deadline, phases }: Bounds,
): Promise<InspectionReport> {
  const name = pod.metadata?.name ?? '';
  let seen = 'the helper did not answer';
  const inspection = {
    folders: sharing.foldersToCreate(container),
    externals: EXTERNALS,
  };
  const share = async () => {
    await sharing.share({ pod, container, sameUser, context: within }, (what) => void (seen = what));
    phases.mark('files');
  };
  const inspected = started.then((sign) => {
    phases.mark('started');
    return sign;
  });
  const [report] = await Promise.all([
    pending.add(inspectJobImage(name, inspection, inspected, within), () =>
      unanswered(name, container, deadline),
    ),
    pending.add(share(), () => lost(`it did not end within ${deadline.afterMs / 1000} s: ${seen}`)),
  ]);
  return report;
}

function unanswered(pod: string, { image }: HookContainer, { afterMs }: Deadline): HookError {
  return new HookError(
    'POD_TIMEOUT',
    `The image ${image ?? ''} of container ${JOB_CONTAINER} in pod ${pod} cannot run steps: its sh did not finish the inspection within ${afterMs / 1000} s.`,
    { hint: 'Check that sh in the image is a POSIX shell that reads commands from its standard input.' },
  );
}

/** Services and sidecars must have started, too, and probes have succeeded; nothing but the pod's status tells it. */
function hasOthers(pod: Pod): boolean {
  return (
    probedContainers(pod).length > 0 ||
    (pod.spec?.containers.some(({ name }) => name !== JOB_CONTAINER && name !== HELPER_CONTAINER) ?? false)
  );
}

function abortOf(signal: AbortSignal): Promise<never> {
  return new Promise((_resolve, reject) => {
    const abort = () => reject(new Error('cancelled'));
    if (signal.aborted) abort();
    else signal.addEventListener('abort', abort, { once: true });
  });
}

/** What fails in a pod that breaks fails by that: the reason is the pod's, which the kubelet tells about a second later. */
async function reasonOf(error: unknown, pod: string, within: Context): Promise<unknown> {
  const isFromPod = error instanceof HookError && error.code === 'FILES_LOST';
  for (let look = 1; isFromPod && look <= LOOKS; look++) {
    const found = await within.cluster.getPod(pod, within.cancelled).catch(() => undefined);
    const state = found && JOB_POD.stateOf(found);
    if (found !== undefined && state?.kind === 'failed')
      return podFailure(JOB_POD.kind, found, state.reason, within);
    await sleep(LOOK_AGAIN_MS, undefined, { signal: within.cancelled });
  }
  return error;
}

import { setTimeout as sleep } from 'node:timers/promises';
import {
  type HookContainer,
  HookError,
  type HookResponse,
  type PrepareJobArgs,
  type PrepareJobInput,
  writeResponse,
} from '@podhooks/hooklib';
import { type Deadline, monotonicMs } from '../deadline.js';
import { presentActions, rememberActions } from '../files/actions.js';
import { openToAll } from '../files/file-commands.js';
import { createJobKey } from '../files/job-key.js';
import { lost, sendWorkFolder } from '../files/send-work-folder.js';
import { EXTERNALS_FAILED, EXTERNALS_READY } from '../pod/helper.js';
import { type JobPod, jobPod } from '../pod/job-pod.js';
import type { Pod } from '../pod/kubernetes.js';
import { HELPER_CONTAINER, JOB_CONTAINER } from '../pod/names.js';
import { type RunnerPath, WORK_MOUNT } from '../pod/paths.js';
import { portMap } from '../pod/ports.js';
import { workPath } from '../pod/volumes.js';
import { existingFolders, sharedFolders, workFolders } from '../pod/work-folders.js';
import type { Probe } from '../step/probe.js';
import { carriedSettings } from '../settings/carried.js';
import { CLEAN_UP_MS, removeAll } from './cleanup-job.js';
import type { CommandContext } from './context.js';
import { jobState, keyOwner } from './job-state.js';
import { createObjects } from './own-objects.js';
import { Pending } from './pending.js';
import { ownPodOptions } from './own-pod-options.js';
import { withTemplate } from './pod-template.js';
import { probeJob } from './probe-job.js';
import { waitForOthers } from './wait-for-others.js';
import { JOB_POD, podFailure, prepareDeadline, waitForPod, watchPod } from './wait-for-pod.js';
import { LOOK_AGAIN_MS, LOOKS } from './why-gone.js';

/** Makes the job pod and waits until steps can run in it. */
export async function prepareJob(input: PrepareJobInput, context: CommandContext): Promise<number> {
  try {
    await writeResponse(input.responseFile, await prepare(input, context));
    return 0;
  } catch (error) {
    await removeAll(context, AbortSignal.timeout(CLEAN_UP_MS)).catch((cause: unknown) =>
      context.out.debug(`cleaning up failed: ${String(cause)}`),
    );
    throw error;
  }
}

async function prepare({ args }: PrepareJobInput, context: CommandContext): Promise<HookResponse> {
  const { cluster, settings, cancelled, out } = context;
  const started = monotonicMs();
  const deadline = prepareDeadline(context);
  const { container } = args;
  const work = workPath(container);
  const owner = keyOwner(settings);
  const { job, pod, key } = await inTime(deadline, context, async (within) => {
    const options = await ownPodOptions(work, within);
    const key = createJobKey(owner, (folder) => options.runner.sharedFolder(folder) !== undefined);
    const built = jobPod({
      ...options,
      args,
      helperImage: settings.runnerImage,
      ...(settings.filesBackBudgetMb > 0 && {
        filesBack: {
          maxBytes: settings.filesBackBudgetMb * 2 ** 20,
          exclude: settings.filesBackExclude,
        },
      }),
    });
    const job = await withTemplate(built, built.services, within);
    out.line(`Job pod ${job.pod.metadata?.name ?? ''} in namespace ${cluster.namespace}: ${images(job.pod)}`);
    tellUnusedOptions(args, context);
    return { job, key, pod: await createObjects(job, within) };
  });
  const name = job.pod.metadata?.name ?? '';
  // An image's own user is known only when it runs: what the pod does not say counts as another user.
  const sameUser = userOf(job.pod) === process.geteuid?.();
  if (work !== undefined && job.work?.mode === 'volume' && !sameUser) openFolders(work, container, context);
  const waiting = new AbortController();
  const within = { ...context, cancelled: AbortSignal.any([cancelled, waiting.signal]) };
  const running = waitForPod(JOB_POD, pod, within, within.cancelled, deadline);
  const pending = new Pending();
  const preparing = Promise.all([
    container === null
      ? undefined
      : pending.add(probeJob(name, probeOf(container, job), running, within), () =>
          unanswered(name, container, deadline),
        ),
    work !== undefined && job.work?.mode === 'no-volume'
      ? sendAll(name, work, container, { within, pending, deadline })
      : undefined,
  ]);
  // The job container has answered: unless there are others, its status may come later.
  const ready = Promise.all([
    preparing,
    hasOthers(pod) ? waitForOthers(name, running, preparing, within, deadline) : preparing,
  ]);
  const watched = running.then(() =>
    watchPod(name, within, within.cancelled, deadline, () =>
      pending.tooLate(() => tooLate(`pod ${name} was not ready`, deadline)),
    ),
  );
  // Whichever fails first ends the others.
  const [[probe]] = await Promise.race([ready, watched, abortOf(cancelled)])
    .catch((error: unknown) => rethrow(error, name, within))
    .finally(() => waiting.abort());
  out.line(`The job pod is ready after ${((monotonicMs() - started) / 1000).toFixed(1)} s.`);
  const services = args.services.map((service, index) => ({
    id: job.services[index] ?? '',
    network: name,
    ports: portMap(service.portMappings),
  }));
  return {
    state: jobState(
      {
        jobPod: name,
        mode: job.work?.mode ?? 'volume',
        ...(job.repository !== undefined && { repository: job.repository }),
        ...(sameUser && { sameUser }),
        ...(cluster.certificate !== undefined && { certificate: cluster.certificate }),
        ...(settings.settingsFile !== undefined && { settings: carriedSettings(settings) }),
      },
      owner,
      key,
    ),
    context: { ...(container !== null && { container: { id: JOB_CONTAINER, network: name } }), services },
    ...(probe !== undefined && { isAlpine: probe.isAlpine }),
  };
}

/** Names of flags only: a value may be a secret. Saying nothing would leave people to wonder why one has no effect. */
function tellUnusedOptions({ container, services }: PrepareJobArgs, { out }: CommandContext): void {
  for (const { image, createOptions } of [...(container === null ? [] : [container]), ...services]) {
    const flags = createOptions?.match(/(?<=^|\s)--?[a-z][\w-]*/gi) ?? [];
    if (flags.length > 0) out.line(`Options of ${image ?? ''} that have no effect: ${flags.join(' ')}`);
  }
}

/** The user that the pod gives to the job container. */
function userOf({ spec }: Pod): number | undefined {
  const job = spec?.containers.find(({ name }) => name === JOB_CONTAINER);
  return job?.securityContext?.runAsUser ?? spec?.securityContext?.runAsUser;
}

/** A link is left as it is: `_tool` may be one into the image, made by whoever built it. */
function openFolders(work: string, container: HookContainer | null, { out }: CommandContext): void {
  for (const folder of sharedFolders(work, container))
    try {
      openToAll(work, [folder]);
    } catch (error) {
      if (!(error instanceof HookError)) throw error;
      out.line(error.message);
    }
}

interface Bounds {
  within: CommandContext;
  pending: Pending;
  deadline: Deadline;
}

async function sendAll(
  pod: string,
  work: RunnerPath,
  container: HookContainer | null,
  { within: { cluster, cancelled, out }, pending, deadline }: Bounds,
) {
  const actions = await presentActions(work);
  const existing = existingFolders(container);
  let seen = 'the helper did not answer';
  const onProgress = (what: string) => void (seen = what);
  // If the helper never runs, waiting for the pod tells it.
  const warn = (text: string) => out.warning(text);
  const transfer = { cluster, pod, work, folder: '', existing, warn, retryMs: Infinity, onProgress };
  await pending.add(sendWorkFolder(transfer, cancelled), () =>
    lost(`it did not end within ${deadline.afterMs / 1000} s: ${seen}`),
  );
  await rememberActions(work, actions);
}

/** Gives the context of `body` the deadline, and says so if that is what ended it. */
async function inTime<T>(
  deadline: Deadline,
  context: CommandContext,
  body: (within: CommandContext) => Promise<T>,
): Promise<T> {
  const { cancelled } = context;
  try {
    return await body({ ...context, cancelled: AbortSignal.any([cancelled, deadline.signal]) });
  } catch (error) {
    const isAborted = deadline.hasPassed && !cancelled.aborted && !(error instanceof HookError);
    throw isAborted ? tooLate('the job pod was not created', deadline, error) : error;
  }
}

function tooLate(what: string, { afterMs }: Deadline, aborted?: unknown): HookError {
  const cause = aborted instanceof Error && aborted.cause instanceof Error ? aborted.cause : undefined;
  return new HookError(
    'POD_TIMEOUT',
    `prepare_job did not end within ${afterMs / 1000} s: ${what}${cause === undefined ? '' : `: ${cause.message}`}`,
    { cause: aborted, hint: 'Check the API server, or raise ACTIONS_RUNNER_PREPARE_JOB_TIMEOUT_SECONDS.' },
  );
}

function unanswered(pod: string, { image }: HookContainer, { afterMs }: Deadline): HookError {
  return new HookError(
    'POD_TIMEOUT',
    `The image ${image ?? ''} of container ${JOB_CONTAINER} in pod ${pod} cannot run steps: its sh did not finish the inspection within ${afterMs / 1000} s.`,
    { hint: 'Check that sh in the image is a POSIX shell that reads commands from its standard input.' },
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
async function rethrow(error: unknown, pod: string, within: CommandContext): Promise<never> {
  const isFromPod = error instanceof HookError && error.code === 'FILES_LOST';
  for (let look = 1; isFromPod && look <= LOOKS; look++) {
    const found = await within.cluster.getPod(pod, within.cancelled).catch(() => undefined);
    const state = found && JOB_POD.stateOf(found);
    if (found !== undefined && state?.kind === 'failed')
      throw await podFailure(JOB_POD.kind, found, state.reason, within);
    await sleep(LOOK_AGAIN_MS, undefined, { signal: within.cancelled });
  }
  throw error;
}

/** Services and side-cars must have started, too; nothing but the pod's status tells it. */
function hasOthers({ spec }: Pod): boolean {
  return spec?.containers.some(({ name }) => name !== JOB_CONTAINER && name !== HELPER_CONTAINER) ?? false;
}

/** Values that the pod's own spec sets stay as they are there: a template wins over the workflow. */
function probeOf(container: HookContainer, job: JobPod): Probe {
  const inSpec = job.pod.spec?.containers.find(({ name }) => name === JOB_CONTAINER)?.env ?? [];
  const fixed = new Set(inSpec.map(({ name }) => name));
  return {
    environment: Object.fromEntries(
      Object.entries(container.environmentVariables).filter(([name]) => !fixed.has(name)),
    ),
    folders:
      job.work?.mode === 'no-volume' ? workFolders(container).map((name) => `${WORK_MOUNT}/${name}`) : [],
    externals: { ready: EXTERNALS_READY, failed: EXTERNALS_FAILED },
  };
}

function images(pod: Pod): string {
  return (pod.spec?.containers ?? []).map(({ name, image }) => `${name} = ${image ?? '?'}`).join(', ');
}

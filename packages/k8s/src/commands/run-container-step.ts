import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { HookError, type HookContainer, type RunContainerStepInput } from '@podhooks/hooklib';
import { isNotFound } from '../cluster/failures.js';
import { repositoryOfAction } from '../agent/repository.js';
import { type ActionEnd, stepStartState } from '../follow/action-end.js';
import type { Pod } from '../model/kubernetes.js';
import { requireAllowedImage } from '../pod/image-policy.js';
import { imageOf, type HookPod, type HookPodOptions } from '../pod/hook-pod.js';
import type { RunnerPath } from '../model/paths.js';
import { stepPod, type StepPod, workPathOfStep } from '../pod/step-pod.js';
import { actionSharing } from '../work/for-mode.js';
import type { ActionSharing } from '../work/action-sharing.js';
import { workFolder } from '../pod/volumes.js';
import type { DockerfileAction } from './dockerfile-action.js';
import { CLEAN_UP_MS } from './cleanup-job.js';
import type { CommandContext } from './context.js';
import { reportFailedServices } from '../follow/failed-services.js';
import { followAction } from '../follow/follow-action.js';
import { watchStages } from '../follow/watch-stages.js';
import { createObjects } from '../pods/own-objects.js';
import { requireJobPod } from '../pods/require-job-pod.js';
import { hookPodOptions } from '../pods/hook-pod-options.js';
import { withTemplate } from '../pods/pod-template.js';
import { type Awaited, waitForPod } from '../ready/wait-for-pod.js';
import { podDeleted, stepLost } from '../pods/why-gone.js';
import type { Settings } from '../settings/read.js';
import { filesBackLimits } from '../settings/files-back.js';

/** The log is the action's: only of a long wait something is said in it. */
const STEP_POD: Awaited = {
  kind: 'step',
  stateOf: stepStartState,
  sayAfterMs: 10_000,
  // Nothing but the status tells that the action has started, or ended.
  pace: [
    { untilMs: 1_500, everyMs: 100 },
    { untilMs: 4_000, everyMs: 250 },
  ],
};

/** What an action has after SIGTERM. The kubelet and the clean-up come on top: all of it fits well into the runner's 7.5 s. */
const GRACE_SECONDS = 2;
const CANCELLING_MS = 3_500;
const CANCELLED_CLEAN_UP_MS = 1_000;
/** 128 + SIGTERM. */
const TERMINATED = 143;

/** Runs a docker action in a pod of its own. @returns the action's exit code. */
export async function runContainerStep(
  { args }: RunContainerStepInput,
  context: CommandContext,
): Promise<number> {
  const { settings, cancelled } = context;
  const work = workOfAction(args, settings);
  const [options, jobPod] = await Promise.all([hookPodOptions(work, context), getJobPod(context)]);
  if (jobPod !== undefined) reportFailedServices(requireJobPod(jobPod, options.runner), context);
  const repository = repositoryOfAction(args, work);
  const hasJob = context.job?.work !== undefined;
  const dockerfile = await readDockerfileAction(args, work, options, context);
  const ready = dockerfile?.withImage(args) ?? args;
  const built = buildStep({ args: ready, work, repository, jobPod, hasJob }, options, settings);
  const merged = await withTemplate(built, [], context);
  const own = dockerfile?.withBuild(merged, ready, options) ?? merged;
  const jobName = hasJob ? jobPod?.metadata?.name : undefined;
  const sharing = await actionSharing(own.mode, {
    args,
    work,
    repository,
    // A job without a job container has services only.
    jobPod: jobName === undefined ? undefined : { name: jobName, address: jobPod?.status?.podIP },
    kept: jobName === undefined ? undefined : dockerfile?.keptBuild(work, jobName, context),
    context,
  });
  await sharing.prepare();
  try {
    return await run(own, dockerfile, sharing, context).finally(() => sharing.finish());
  } catch (error) {
    if (!cancelled.aborted) throw error;
    context.out.debug(`the action was cancelled: ${String(error)}`);
    return TERMINATED;
  } finally {
    await remove(own, context);
  }
}

export function isDockerfile({ image, dockerfile }: HookContainer): boolean {
  return image === null && dockerfile !== null;
}

/** Loaded only for an action that is one. */
async function readDockerfileAction(
  args: HookContainer,
  work: RunnerPath,
  { runner }: HookPodOptions,
  { settings: { imagesAllow } }: CommandContext,
): Promise<DockerfileAction | undefined> {
  const { dockerfile } = args;
  if (dockerfile === null || !isDockerfile(args)) return undefined;
  const { DockerfileAction } = await import('./dockerfile-action.js');
  const { mode } = workFolder(runner, work);
  return DockerfileAction.read({ dockerfile, work, mode, imagesAllow, token: randomUUID() });
}

/** The runner's work folder. @throws HookError for an action that cannot run, or may not. */
export function workOfAction(args: HookContainer, { imagesAllow, temp }: Settings): RunnerPath {
  if (!isDockerfile(args)) requireAllowedImage(imageOf(args), 'the docker action', imagesAllow);
  const work = workPathOfStep(args, temp);
  if (work !== undefined) return work;
  throw new HookError(
    'INPUT_INVALID',
    'The runner names no folder for /github/home in args.systemMountVolumes.',
  );
}

interface Action {
  args: HookContainer;
  work: RunnerPath;
  repository: string | undefined;
  jobPod: Pod | undefined;
  /** Whether the job has a job container: without it, nothing but the runner has what an action leaves for the next. */
  hasJob: boolean;
}

/** The objects of a docker action, before the pod template. */
export function buildStep(
  { args, work, repository, jobPod, hasJob }: Action,
  options: HookPodOptions,
  settings: Settings,
): StepPod {
  const back = filesBackLimits(settings);
  return stepPod({
    ...options,
    args,
    work,
    jobPod: jobPod && requireJobPod(jobPod, options.runner),
    copying: {
      helperImage: settings.runnerImage,
      gateSeconds: settings.prepareTimeoutSeconds,
      filesBack:
        repository === undefined || back === undefined
          ? undefined
          : { repository, ...back, ...(!hasJob && { exclude: [] }) },
    },
  });
}

/** The pod of the job, for its services; an action can run without one. */
async function getJobPod({ cluster, cancelled, job }: CommandContext): Promise<Pod | undefined> {
  if (job === undefined) return undefined;
  return cluster.getPod(job.jobPod, cancelled).catch((error: unknown) => {
    if (isNotFound(error)) return undefined;
    throw error;
  });
}

async function run(
  own: StepPod,
  dockerfile: DockerfileAction | undefined,
  sharing: ActionSharing,
  context: CommandContext,
): Promise<number> {
  const { cancelled } = context;
  const name = own.pod.metadata?.name ?? '';
  const created = await createObjects(own, context);
  context.phases.mark('created');
  await started(created, sharing, context).catch((error: unknown) => {
    throw dockerfile?.atLine(error, created) ?? error;
  });
  context.phases.mark('started');
  const giveUp = new AbortController();
  const cancel = () => void endSoon(name, context, giveUp);
  cancelled.addEventListener('abort', cancel, { once: true });
  if (cancelled.aborted) cancel();
  const over = new AbortController();
  const killed = watchStages(created, context, AbortSignal.any([giveUp.signal, over.signal]));
  try {
    const log = dockerfile?.log(context.out);
    const watched = log === undefined ? context : { ...context, out: log };
    const end = await followAction(name, watched, giveUp.signal, killed).finally(() => log?.giveBack());
    const failure = cancelled.aborted ? undefined : dockerfile?.failure(end);
    if (failure !== undefined) throw failure;
    const code = exitCodeOf(end);
    await sharing.takeBack(name);
    return cancelled.aborted && code === 0 ? TERMINATED : code;
  } finally {
    over.abort();
    cancelled.removeEventListener('abort', cancel);
  }
}

/** Waits until the action runs, with its files; whichever fails first ends the other. */
async function started(created: Pod, sharing: ActionSharing, context: CommandContext): Promise<void> {
  const name = created.metadata?.name ?? '';
  const waiting = new AbortController();
  const signal = AbortSignal.any([context.cancelled, waiting.signal]);
  const running = waitForPod(STEP_POD, created, context, signal).catch((error: unknown) => {
    throw isNotFound(error) ? podDeleted(name) : error;
  });
  try {
    await Promise.all([running, sharing.share(name, signal)]);
  } finally {
    waiting.abort();
  }
}

/** Lets the action end by itself, and passes on what it still prints, but not for ever. */
async function endSoon(
  pod: string,
  { cluster, out }: CommandContext,
  giveUp: AbortController,
): Promise<void> {
  const signal = AbortSignal.timeout(CANCELLING_MS);
  cluster
    .delete('pods', pod, signal, GRACE_SECONDS)
    .catch((error: unknown) => out.debug(`cancelling the action failed: ${String(error)}`));
  await sleep(CANCELLING_MS, undefined, { ref: false });
  giveUp.abort();
}

function exitCodeOf(end: ActionEnd): number {
  switch (end.kind) {
    case 'exited':
      return end.exitCode;
    case 'lost':
      throw stepLost(end.reason);
    case 'unstarted':
      throw new HookError('STEP_INVALID', end.reason.what, { hint: end.reason.hint });
  }
}

/** Only what was made for this action: others may run at the same time. What is left, cleanup_job removes. */
async function remove({ pod, secrets }: HookPod, { cluster, cancelled, out }: CommandContext): Promise<void> {
  const signal = AbortSignal.timeout(cancelled.aborted ? CANCELLED_CLEAN_UP_MS : CLEAN_UP_MS);
  const removals = [
    cluster.delete('pods', pod.metadata?.name ?? '', signal),
    ...secrets.map(({ metadata }) => cluster.delete('secrets', metadata?.name ?? '', signal)),
  ];
  for (const result of await Promise.allSettled(removals))
    if (result.status === 'rejected') out.debug(`cleaning up failed: ${String(result.reason)}`);
}

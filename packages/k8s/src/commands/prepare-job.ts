import {
  type HookContainer,
  HookError,
  type HookResponse,
  type PrepareJobArgs,
  type PrepareJobInput,
  writeResponse,
} from '@podhooks/hooklib';
import { presentActions, rememberActions } from '../files/actions.js';
import { openToAll } from '../files/file-commands.js';
import { createJobKey } from '../files/job-key.js';
import { sendWorkFolder } from '../files/send-work-folder.js';
import { EXTERNALS_FAILED, EXTERNALS_READY } from '../pod/helper.js';
import { type JobPod, jobPod } from '../pod/job-pod.js';
import type { Pod } from '../pod/kubernetes.js';
import { HELPER_CONTAINER, JOB_CONTAINER } from '../pod/names.js';
import { WORK_MOUNT } from '../pod/paths.js';
import { portMap } from '../pod/ports.js';
import { workPath } from '../pod/volumes.js';
import { existingFolders, sharedFolders, workFolders } from '../pod/work-folders.js';
import type { Probe } from '../step/probe.js';
import { carriedSettings } from '../settings/carried.js';
import { CLEAN_UP_MS, removeAll } from './cleanup-job.js';
import type { CommandContext } from './context.js';
import { jobState, keyOwner } from './job-state.js';
import { createObjects } from './own-objects.js';
import { ownPodOptions } from './own-pod-options.js';
import { withTemplate } from './pod-template.js';
import { probeJob } from './probe-job.js';
import { waitForOthers } from './wait-for-others.js';
import { JOB_POD, waitForPod } from './wait-for-pod.js';

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
  const started = Date.now();
  const { container } = args;
  const work = workPath(container);
  const options = await ownPodOptions(work, context);
  const owner = keyOwner(settings);
  const key = createJobKey(owner, (folder) => options.runner.sharedFolder(folder) !== undefined);
  const built = jobPod({ ...options, args, helperImage: settings.runnerImage });
  const job = await withTemplate(built, built.services, context);
  const name = job.pod.metadata?.name ?? '';
  out.line(`Job pod ${name} in namespace ${cluster.namespace}: ${images(job.pod)}`);

  tellUnusedOptions(args, context);

  const pod = await createObjects(job, context);
  const waiting = new AbortController();
  const running = waitForPod(JOB_POD, pod, context, AbortSignal.any([cancelled, waiting.signal]));
  // An image's own user is known only when it runs: what the pod does not say counts as another user.
  const sameUser = userOf(job.pod) === process.geteuid?.();
  if (work !== undefined && job.work?.mode === 'volume' && !sameUser) openFolders(work, container, context);
  const preparing = Promise.all([
    container === null ? undefined : probeJob(name, probeOf(container, job), running, context),
    work !== undefined && job.work?.mode === 'no-volume'
      ? sendAll(name, work, container, context)
      : undefined,
  ]);
  // Whichever fails first ends both. The job container has answered: unless there are others, its status may come later.
  const [[probe]] = await Promise.all([
    preparing,
    hasOthers(pod) ? waitForOthers(name, running, preparing, context) : preparing,
    failureOf(running, preparing),
  ]);
  waiting.abort();
  out.line(`The job pod is ready after ${((Date.now() - started) / 1000).toFixed(1)} s.`);
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

async function sendAll(
  pod: string,
  work: string,
  container: HookContainer | null,
  { cluster, settings, cancelled, out }: CommandContext,
) {
  const actions = await presentActions(work);
  const existing = existingFolders(container);
  // If the helper never runs, waiting for the pod tells it.
  const retryMs = settings.prepareTimeoutSeconds * 1000;
  const warn = (text: string) => out.warning(text);
  await sendWorkFolder({ cluster, pod, work, folder: '', existing, warn, retryMs }, cancelled);
  await rememberActions(work, actions);
}

/** Services and side-cars must have started, too; nothing but the pod's status tells it. */
function hasOthers({ spec }: Pod): boolean {
  return spec?.containers.some(({ name }) => name !== JOB_CONTAINER && name !== HELPER_CONTAINER) ?? false;
}

/** Rejects as `running` does, but ends with `preparing`. */
function failureOf(running: Promise<unknown>, preparing: Promise<unknown>): Promise<unknown> {
  return Promise.race([preparing, running.then(() => preparing)]);
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

import {
  type HookResponse,
  type PrepareJobArgs,
  type PrepareJobInput,
  writeResponse,
} from '@podhooks/hooklib';
import type { Pod } from '../model/kubernetes.js';
import { JOB_CONTAINER, serviceNames } from '../model/names.js';
import { requireAllowedImage } from '../pod/image-policy.js';
import { type JobPod, jobPod } from '../pod/job-pod.js';
import { imageOf, type HookPodOptions } from '../pod/hook-pod.js';
import { portMap } from '../pod/ports.js';
import { workPath } from '../pod/volumes.js';
import { inTime } from '../ready/in-time.js';
import { jobReady } from '../ready/job-ready.js';
import { createObjects } from '../pods/own-objects.js';
import { hookPodOptions } from '../pods/hook-pod-options.js';
import { withTemplate } from '../pods/pod-template.js';
import { prepareDeadline } from '../ready/wait-for-pod.js';
import type { Settings } from '../settings/read.js';
import { carriedSettings } from '../settings/carried.js';
import { filesBackLimits } from '../settings/files-back.js';
import { unknownVariables } from '../settings/unknown-variables.js';
import { checkEnvironment } from '../step/environment.js';
import { workSharing } from '../work/for-mode.js';
import { CLEAN_UP_MS, removeAll } from './cleanup-job.js';
import type { CommandContext } from './context.js';
import { createJobSecrets } from './job-secrets.js';
import { jobState, secretsOwner } from './job-state.js';
import { reportTimings } from './report-timings.js';

/** Creates the job pod and waits until steps can run in it. */
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
  const { cluster, settings, out, phases } = context;
  for (const text of unknownVariables(settings.variables)) out.warning(text);
  const deadline = prepareDeadline(context);
  const { job, created, key } = await inTime(deadline, context, (within) => createJob(args, within));
  phases.mark('created');
  const name = job.pod.metadata?.name ?? '';
  // An image's own user is known only when it runs: what the pod does not say counts as another user.
  const sameUser = userOf(job.pod) === process.geteuid?.();
  const { container } = args;
  const work = workPath(container);
  const main =
    container === null || work === undefined
      ? undefined
      : { container, sharing: workSharing(job.mode, work), sameUser };
  const { healthChecks } = job;
  const inspected = await jobReady({ pod: created, main, healthChecks, phases }, context, deadline);
  phases.mark('ready');
  out.line(`The job pod is ready after ${(phases.elapsedMs / 1000).toFixed(1)} s.`);
  await reportTimings(name, phases, context);
  const services = args.services.map((service, index) => ({
    id: job.services[index] ?? '',
    network: name,
    ports: portMap(service.portMappings),
  }));
  return {
    state: jobState(
      {
        jobPod: name,
        mode: job.mode,
        ...(work !== undefined && { work }),
        ...(job.repository !== undefined && { repository: job.repository }),
        ...(sameUser && { sameUser }),
        ...(services.length > 0 && { servicesReadyAt: Date.now() }),
        ...(cluster.certificate !== undefined && { certificate: cluster.certificate }),
        ...(settings.settingsFile !== undefined && { settings: carriedSettings(settings) }),
      },
      secretsOwner(settings),
      key,
    ),
    context: { ...(container !== null && { container: { id: JOB_CONTAINER, network: name } }), services },
    ...(inspected !== undefined && { isAlpine: inspected.isAlpine }),
  };
}

/** Everything that is refused is refused before there is a pod. */
async function createJob(
  args: PrepareJobArgs,
  context: CommandContext,
): Promise<{ job: JobPod; created: Pod; key: Buffer }> {
  const { cluster, settings, out } = context;
  requireAllowedImages(args, settings);
  const options = await hookPodOptions(workPath(args.container), context);
  const built = buildJob(args, options, settings);
  const job = await withTemplate(built, built.services, context);
  const environment = environmentOf(job, settings);
  checkEnvironment(environment);
  const { key } = createJobSecrets(
    secretsOwner(settings),
    environment,
    (folder) => options.runner.sharedFolder(folder) !== undefined,
  );
  out.line(`Job pod ${job.pod.metadata?.name ?? ''} in namespace ${cluster.namespace}: ${images(job.pod)}`);
  for (const warning of built.warnings) out.warning(warning);
  for (const remark of built.remarks) out.line(remark);
  return { job, created: await createObjects(job, context), key };
}

/** @throws HookError UNSUPPORTED for an image that the administrator does not allow. */
export function requireAllowedImages(
  { container, services }: PrepareJobArgs,
  { imagesAllow }: Settings,
): void {
  if (container !== null) requireAllowedImage(imageOf(container), 'the job container', imagesAllow);
  const names = serviceNames(services.map(imageOf));
  for (const [index, service] of services.entries())
    requireAllowedImage(imageOf(service), `service ${names[index] ?? ''}`, imagesAllow);
}

/** The objects of a job, before the pod template. */
export function buildJob(args: PrepareJobArgs, options: HookPodOptions, settings: Settings): JobPod {
  const helperImage = settings.runnerImage;
  return jobPod({ ...options, args, helperImage, filesBack: filesBackLimits(settings) });
}

/** The user that the pod gives to the job container. */
function userOf({ spec }: Pod): number | undefined {
  const job = spec?.containers.find(({ name }) => name === JOB_CONTAINER);
  return job?.securityContext?.runAsUser ?? spec?.securityContext?.runAsUser;
}

/** Values that the pod's own spec sets stay as they are there: a template wins over the workflow. */
function environmentOf({ pod, variables }: JobPod, { imageHome }: Settings): Record<string, string> {
  const inSpec = pod.spec?.containers.find(({ name }) => name === JOB_CONTAINER)?.env ?? [];
  // The runner itself sets HOME, whatever the workflow says of it.
  const fixed = new Set([...inSpec.map(({ name }) => name), ...(imageHome ? ['HOME'] : [])]);
  return Object.fromEntries(Object.entries(variables).filter(([name]) => !fixed.has(name)));
}

function images(pod: Pod): string {
  return (pod.spec?.containers ?? []).map(({ name, image }) => `${name} = ${image ?? '?'}`).join(', ');
}

import { HookError, type HookContainer, type PrepareJobArgs } from '@podhooks/hooklib';
import { agentCommand, type AgentOptions } from '../agent/agent.js';
import { repositoryOf } from '../agent/repository.js';
import { helperContainer, JOB_KEEP_ALIVE } from './helper.js';
import type { Container, EnvVar, ObjectMeta, VolumeMount } from '../model/kubernetes.js';
import { JOB_CONTAINER, jobPodName, secretName, serviceNames } from '../model/names.js';
import type { HealthCheck } from '../options/health.js';
import { JobOptions } from '../options/job-options.js';
import {
  imageOf,
  ownMetadata,
  hookPod,
  type HookPod,
  type HookPodOptions,
  type PodRules,
  startOf,
} from './hook-pod.js';
import { rewrittenImage } from './image-policy.js';
import { EXTERNALS_MOUNT, sourceOf, WORK_MOUNT } from '../model/paths.js';
import { containerPorts } from './ports.js';
import { EnvironmentSecret, registrySecrets } from './secrets.js';
import type { WorkMode } from '../model/work-mode.js';
import { Volumes, workFolder, workPath } from './volumes.js';

export interface JobPodOptions extends HookPodOptions {
  args: PrepareJobArgs;
  /** Image of the helper; the runner's own where undefined. */
  helperImage: string | undefined;
  /** What of the job's files comes back to the runner where no volume is shared; undefined if nothing does. */
  filesBack?: Omit<AgentOptions, 'repository'> | undefined;
}

/** Everything that prepare_job makes, and what it has to know of it afterwards. */
export interface JobPod extends HookPod {
  /** Names of the service containers, in the order of the request. */
  services: string[];
  mode: WorkMode;
  /** Variables that the job container gets by exec. */
  variables: Readonly<Record<string, string>>;
  /** Services that have to be healthy before the job begins. */
  healthChecks: readonly HealthCheck[];
  /** What the workflow asks for and does not get. */
  warnings: readonly string[];
  /** Of less weight: options that have no effect in a pod. */
  remarks: readonly string[];
  /** The folder of the work folder that comes back after each step; undefined where none does. */
  repository?: string;
}

/** The pod of a job: its container, its services, and the helper. Pure. */
export function jobPod(options: JobPodOptions): JobPod {
  const { runner, args, helperImage, id, volumesAllow, filesBack, rules } = options;
  const { container } = args;
  const metadata = ownMetadata(options);
  const services = serviceNames(args.services.map(imageOf));
  const asked = new JobOptions(container, args.services, services, options.policy);
  const path = workPath(container);
  const work = workFolder(runner, path);
  const volumes = new Volumes(
    runner,
    path === undefined ? undefined : { path, folder: work },
    volumesAllow,
    rules.volumes,
  );
  const environment = new EnvironmentSecret(metadata, secretName(runner.name, 'services', id), 'services');
  const registries = registrySecrets(
    [...(container === null ? [] : [container]), ...args.services],
    metadata,
    (number) => secretName(runner.name, `registry-${number}`, id),
  );

  const repository = work.mode === 'novolume' ? repositoryOf(container) : undefined;
  const agent =
    repository === undefined || filesBack === undefined
      ? undefined
      : agentCommand({ ...filesBack, repository });
  const warnings: string[] = [];
  const containers = [
    ...(container === null
      ? []
      : jobContainers(container, helperImage ?? runner.image, volumes, rules, agent)),
    ...args.services.map((service, index) => {
      const name = services[index] ?? '';
      const mounts = volumes.forService(service.userMountVolumes, ({ message, hint = '' }) =>
        warnings.push(
          `Service ${name} starts without a volume that it asks for. ${message} ${hint}`.trimEnd(),
        ),
      );
      return serviceContainer(
        service,
        name,
        mounts,
        environment.variables(name, asked.environment(name, service)),
      );
    }),
  ].map((each) => asked.applyTo(each));
  const variables = container === null ? {} : asked.environment(JOB_CONTAINER, container);
  const messages = asked.messages();
  const own = hookPod('job', options, {
    name: jobPodName(runner.name, id),
    metadata: container === null ? metadata : withDefaultContainer(metadata),
    work,
    containers,
    byExec: Object.keys(variables),
    volumes: volumes.list(),
    registries,
    environment,
  });
  return {
    ...own,
    pod: asked.applyToPod(own.pod),
    services,
    mode: work.mode,
    variables,
    healthChecks: asked.healthChecks(),
    warnings: [...warnings, ...messages.warnings],
    remarks: messages.lines,
    ...(agent !== undefined && repository !== undefined && { repository }),
  };
}

/** `kubectl logs` and `kubectl exec` take this container, not the first one, which is the helper. */
function withDefaultContainer(metadata: ObjectMeta): ObjectMeta {
  const annotations = { ...metadata.annotations, 'kubectl.kubernetes.io/default-container': JOB_CONTAINER };
  return { ...metadata, annotations };
}

function jobContainers(
  container: HookContainer,
  helperImage: string,
  volumes: Volumes,
  { externals: from, images }: PodRules,
  agent: string | undefined,
): Container[] {
  const folder = sourceOf(container.systemMountVolumes, EXTERNALS_MOUNT);
  if (folder === undefined)
    throw new HookError(
      'INPUT_INVALID',
      'The runner names no folder for /__e in args.container.systemMountVolumes.',
    );
  const externals =
    from === 'image' ? { image: rewrittenImage(helperImage, images.rewrites), folder } : undefined;
  const job: Container = {
    name: JOB_CONTAINER,
    image: imageOf(container),
    // Not the workspace: the runtime would create a missing one as root's, and start no process after a step has removed it.
    workingDir: WORK_MOUNT,
    ...(container.entryPoint === null ? { command: ['sh', '-c', JOB_KEEP_ALIVE] } : startOf(container)),
    ports: containerPorts(container.portMappings),
    volumeMounts: volumes.forJob(container, externals),
  };
  return [helperContainer(helperImage, { folder, from }, volumes.forHelper(externals), agent), job];
}

function serviceContainer(
  service: HookContainer,
  name: string,
  volumeMounts: VolumeMount[],
  env: EnvVar[],
): Container {
  return {
    name,
    image: imageOf(service),
    ...startOf(service),
    env,
    ports: containerPorts(service.portMappings),
    volumeMounts,
  };
}

import { HookError, type HookContainer, type PrepareJobArgs } from '@podhooks/hooklib';
import { agentCommand, type AgentOptions } from '../work/agent.js';
import { repositoryOf } from '../work/repository.js';
import { helperContainer, KEEP_ALIVE } from './helper.js';
import type { Container } from './kubernetes.js';
import { JOB_CONTAINER, jobPodName, secretName, serviceNames } from './names.js';
import {
  imageOf,
  ON_GITHUB,
  ownMetadata,
  ownPod,
  type OwnPod,
  type OwnPodOptions,
  startOf,
} from './own-pod.js';
import { EXTERNALS_MOUNT, sourceOf } from './paths.js';
import { containerPorts } from './ports.js';
import { EnvironmentSecret, registrySecrets } from './secrets.js';
import { Volumes, type WorkFolder, workFolder, workPath } from './volumes.js';

export interface JobPodOptions extends OwnPodOptions {
  args: PrepareJobArgs;
  /** Image of the helper; the runner's own where undefined. */
  helperImage: string | undefined;
  /** What of the job's files comes back to the runner where no volume is shared; undefined if nothing does. */
  filesBack?: Omit<AgentOptions, 'repository'>;
}

/** Everything that prepare_job makes, and what it has to know of it afterwards. */
export interface JobPod extends OwnPod {
  /** Names of the service containers, in the order of the request. */
  services: string[];
  /** Undefined for a job with services only. */
  work: WorkFolder | undefined;
  /** The folder of the work folder that comes back after each step; undefined where none does. */
  repository?: string | undefined;
}

/** The pod of a job: its container, its services, and the helper. Pure. */
export function jobPod(options: JobPodOptions): JobPod {
  const { runner, args, helperImage, id, volumesAllow, filesBack } = options;
  const { container } = args;
  const metadata = ownMetadata(options);
  const services = serviceNames(args.services.map(imageOf));
  const path = workPath(container);
  const work = path === undefined ? undefined : workFolder(runner, path);
  const volumes = new Volumes(
    runner,
    path === undefined || work === undefined ? undefined : { path, folder: work },
    volumesAllow,
  );
  const environment = new EnvironmentSecret(metadata, secretName(runner.name, 'services', id), 'services');
  const registries = registrySecrets(
    [...(container === null ? [] : [container]), ...args.services],
    metadata,
    (number) => secretName(runner.name, `registry-${number}`, id),
  );

  const repository = work?.mode === 'no-volume' ? repositoryOf(container) : undefined;
  const agent =
    repository === undefined || filesBack === undefined
      ? undefined
      : agentCommand({ ...filesBack, repository });
  const containers = [
    ...(container === null ? [] : jobContainers(container, helperImage ?? runner.image, volumes, agent)),
    ...args.services.map((service, index) =>
      serviceContainer(service, services[index] ?? '', volumes, environment),
    ),
  ];
  return {
    ...ownPod('job', options, {
      name: jobPodName(runner.name, id),
      metadata,
      work,
      containers,
      volumes: volumes.list(),
      registries,
      environment,
    }),
    services,
    work,
    ...(agent !== undefined && { repository }),
  };
}

function jobContainers(
  container: HookContainer,
  helperImage: string,
  volumes: Volumes,
  agent: string | undefined,
): Container[] {
  const externals = sourceOf(container.systemMountVolumes, EXTERNALS_MOUNT);
  if (externals === undefined)
    throw new HookError(
      'INPUT_INVALID',
      'The runner names no folder for /__e in args.container.systemMountVolumes.',
    );
  const job: Container = {
    name: JOB_CONTAINER,
    image: imageOf(container),
    ...(container.entryPoint === null ? { command: ['sh', '-c', KEEP_ALIVE] } : startOf(container)),
    env: ON_GITHUB,
    ports: containerPorts(container.portMappings),
    volumeMounts: volumes.forJob(container),
  };
  return [helperContainer(helperImage, externals, volumes.forHelper(), agent), job];
}

function serviceContainer(
  service: HookContainer,
  name: string,
  volumes: Volumes,
  environment: EnvironmentSecret,
): Container {
  return {
    name,
    image: imageOf(service),
    ...startOf(service),
    env: environment.variables(name, service.environmentVariables),
    ports: containerPorts(service.portMappings),
    volumeMounts: volumes.forUser(service.userMountVolumes),
  };
}

import type { Affinity, Container, EnvVar, ObjectMeta, Pod, Secret } from './kubernetes.js';
import { argumentsOf, HookError, type HookContainer, type PrepareJobArgs } from '@podhooks/hooklib';
import { helperContainer, KEEP_ALIVE } from './helper.js';
import {
  HELPER_CONTAINER,
  JOB_CONTAINER,
  jobPodName,
  RUNNER_POD_LABEL,
  secretName,
  serviceNames,
} from './names.js';
import { EXTERNALS_MOUNT, sourceOf } from './paths.js';
import { type Decision, inherit, type InheritSettings } from './inherit.js';
import { strategicMerge } from './merge.js';
import { containerPorts } from './ports.js';
import type { Provenance } from './provenance.js';
import { ownedBy, type RunnerPod } from './runner-pod.js';
import { EnvironmentSecret, registrySecrets } from './secrets.js';
import { Volumes, type WorkFolder, workFolder, workPath } from './volumes.js';

export interface JobPodOptions {
  runner: RunnerPod;
  args: PrepareJobArgs;
  /** Image of the helper; the runner's own where undefined. */
  helperImage: string | undefined;
  /** What the pod takes over from the runner pod. */
  inheriting: (mode: WorkFolder['mode']) => InheritSettings;
  /** A short text unlike any other job's, for the names of what is made. */
  id: string;
  /** Labels and annotations that say which job it is. */
  provenance: Provenance;
  /** Overrides what the work volume says of where the pod may run. */
  sameNode: boolean | undefined;
  /** After this time Kubernetes ends the pod, in seconds. */
  maxSeconds: number | undefined;
}

/** Everything that prepare_job makes, and what it has to know of it afterwards. */
export interface JobPod {
  pod: Pod;
  secrets: Secret[];
  /** Names of the service containers, in the order of the request. */
  services: string[];
  /** Undefined for a job with services only. */
  work: WorkFolder | undefined;
  /** What was inherited from the runner pod, and what was not, for the debug log. */
  decisions: readonly Decision[];
}

/** The pod of a job: its container, its services, and the helper. Pure. */
export function jobPod(options: JobPodOptions): JobPod {
  const { runner, args, helperImage, id, provenance, sameNode, maxSeconds, inheriting } = options;
  const { container } = args;
  const metadata: ObjectMeta = {
    labels: { ...provenance.labels, [RUNNER_POD_LABEL]: runner.name },
    annotations: provenance.annotations,
    ownerReferences: [ownedBy(runner)],
  };
  const services = serviceNames(args.services.map(imageOf));
  const path = workPath(container);
  const work = path === undefined ? undefined : workFolder(runner, path);
  const volumes = new Volumes(
    runner,
    path === undefined || work === undefined ? undefined : { path, folder: work },
  );
  const environment = new EnvironmentSecret(metadata, secretName(runner.name, 'services', id));
  const registries = registrySecrets(
    [...(container === null ? [] : [container]), ...args.services],
    metadata,
    (number) => secretName(runner.name, `registry-${number}`, id),
  );

  const containers = [
    ...(container === null ? [] : jobContainers(container, helperImage ?? runner.image, volumes)),
    ...args.services.map((service, index) =>
      serviceContainer(service, services[index] ?? '', volumes, environment),
    ),
  ];
  const inherited = inherit(runner.pod, inheriting(work?.mode ?? 'no-volume'));
  const pod: Pod = {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { ...metadata, name: jobPodName(runner.name, id) },
    spec: {
      restartPolicy: 'Never',
      ...(maxSeconds !== undefined && { activeDeadlineSeconds: Math.ceil(maxSeconds) }),
      imagePullSecrets: registries.map((secret) => ({ name: secret.metadata?.name ?? '' })),
      ...(staysOnNode(work, sameNode) && { affinity: sameNodeAffinity(runner) }),
      containers: containers.map((each) => withLastWords(withVariables(each, inherited.env))),
      volumes: volumes.list(),
    },
  };
  return {
    pod: strategicMerge(pod, inherited.patch),
    services,
    work,
    secrets: [...registries, ...environment.secrets()],
    decisions: inherited.decisions,
  };
}

/** Inherited variables come first: a container's own may refer to them, and win. */
function withVariables(container: Container, inherited: readonly EnvVar[]): Container {
  if (container.name === HELPER_CONTAINER || inherited.length === 0) return container;
  const own = new Set(container.env?.map(({ name }) => name));
  return { ...container, env: [...inherited.filter(({ name }) => !own.has(name)), ...(container.env ?? [])] };
}

/** A container that ends with an error leaves the end of its log in the pod's status, so that it can be told. */
function withLastWords(container: Container): Container {
  return { ...container, terminationMessagePolicy: 'FallbackToLogsOnError' };
}

function jobContainers(container: HookContainer, helperImage: string, volumes: Volumes): Container[] {
  const externals = sourceOf(container.systemMountVolumes, EXTERNALS_MOUNT);
  if (externals === undefined)
    throw new HookError(
      'INPUT_INVALID',
      'The runner names no folder for /__e in args.container.systemMountVolumes.',
    );
  const job: Container = {
    name: JOB_CONTAINER,
    image: imageOf(container),
    ...(container.entryPoint === null
      ? { command: ['sh', '-c', KEEP_ALIVE] }
      : { command: [container.entryPoint], args: argumentsOf(container.entryPointArgs) }),
    env: [
      { name: 'CI', value: 'true' },
      { name: 'GITHUB_ACTIONS', value: 'true' },
    ],
    ports: containerPorts(container.portMappings),
    volumeMounts: volumes.forJob(container),
  };
  return [helperContainer(helperImage, externals, volumes.forHelper()), job];
}

function serviceContainer(
  service: HookContainer,
  name: string,
  volumes: Volumes,
  environment: EnvironmentSecret,
): Container {
  const args = argumentsOf(service.entryPointArgs);
  return {
    name,
    image: imageOf(service),
    ...(service.entryPoint !== null && { command: [service.entryPoint] }),
    ...(args.length > 0 && { args }),
    env: environment.variables(name, service.environmentVariables),
    ports: containerPorts(service.portMappings),
    volumeMounts: volumes.forUser(service.userMountVolumes),
  };
}

function imageOf({ image }: HookContainer): string {
  if (image === null || image === '')
    throw new HookError('INPUT_INVALID', 'A container of the job has no image.', {
      hint: 'Set `image:` in the workflow.',
    });
  return image;
}

function staysOnNode(work: WorkFolder | undefined, sameNode: boolean | undefined): boolean {
  return work?.mode === 'volume' && (sameNode ?? work.folder.sameNode);
}

/**
 * A volume that is attached to one node only. By the scheduler, never by `nodeName`: the pod then waits for room where
 * the kubelet would refuse it. matchFields needs no label of the node, as hostname labels may differ from its name.
 */
function sameNodeAffinity({ node }: RunnerPod): Affinity {
  return {
    nodeAffinity: {
      requiredDuringSchedulingIgnoredDuringExecution: {
        nodeSelectorTerms: [
          { matchFields: [{ key: 'metadata.name', operator: 'In', values: [node ?? ''] }] },
        ],
      },
    },
  };
}

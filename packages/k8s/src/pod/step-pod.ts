import { posix } from 'node:path';
import { HookError, type HookContainer } from '@podhooks/hooklib';
import type { Pod } from '../model/kubernetes.js';
import { HELPER_CONTAINER, JOB_CONTAINER, secretName, stepPodName } from '../model/names.js';
import { imageOf, ownMetadata, ownPod, type OwnPod, type OwnPodOptions, startOf } from './own-pod.js';
import { LOOPBACK } from '../options/pod.js';
import { type RunnerPath, sourceOf } from '../model/paths.js';
import { EnvironmentSecret, registrySecrets } from './secrets.js';
import { Volumes, workFolder } from './volumes.js';

export interface StepPodOptions extends OwnPodOptions {
  args: HookContainer;
  /** The runner's work folder. */
  work: RunnerPath;
  /** The pod of the job, where there is one: its services get names. */
  jobPod: Pod | undefined;
}

/**
 * The pod of a docker action. Nothing is asked of its image: it starts as it would with docker. Pure.
 * @throws HookError UNSUPPORTED if the work folder is on no volume that pods can share.
 */
export function stepPod(options: StepPodOptions): OwnPod {
  const { runner, args, work: path, id, jobPod, volumesAllow } = options;
  const image = imageOf(args);
  const work = workFolder(runner, path);
  if (work.mode === 'novolume')
    throw new HookError(
      'UNSUPPORTED',
      `The docker action ${image} cannot be run: the work folder ${path} of runner pod ${runner.name} is on no volume that other pods can mount.`,
      {
        hint: "Give the runners a shared work volume, such as ARC's containerMode kubernetes with a kubernetesModeWorkVolumeClaim; or run the commands of the image in a job container.",
      },
    );
  const metadata = ownMetadata(options);
  const volumes = new Volumes(runner, { path, folder: work }, volumesAllow);
  const environment = new EnvironmentSecret(metadata, secretName(runner.name, 'step', id), 'action');
  const container = {
    name: JOB_CONTAINER,
    image,
    ...startOf(args),
    ...(args.workingDirectory !== null && { workingDir: args.workingDirectory }),
    env: environment.variables(JOB_CONTAINER, args.environmentVariables),
    volumeMounts: volumes.forAction(args),
  };
  const built = ownPod('step', options, {
    name: stepPodName(runner.name, id),
    metadata,
    work,
    containers: [container],
    volumes: volumes.list(),
    registries: registrySecrets([args], metadata, (number) =>
      secretName(runner.name, `step-registry-${number}`, id),
    ),
    environment,
  });
  const hostAliases = jobPod === undefined ? [] : serviceAliases(jobPod);
  if (hostAliases.length === 0 || built.pod.spec === undefined) return built;
  return { ...built, pod: { ...built.pod, spec: { ...built.pod.spec, hostAliases } } };
}

/** The services of a job share one address, that of its pod: there they have the names that they have in it. */
function serviceAliases({ spec, status }: Pod): { ip: string; hostnames: string[] }[] {
  const containers = (spec?.containers ?? [])
    .map(({ name }) => name)
    .filter((name) => name !== JOB_CONTAINER && name !== HELPER_CONTAINER);
  const aliases = (spec?.hostAliases ?? [])
    .filter(({ ip }) => ip === LOOPBACK)
    .flatMap(({ hostnames: names = [] }) => names);
  const hostnames = [...new Set([...containers, ...aliases])];
  const ip = status?.podIP ?? '';
  return ip === '' || hostnames.length === 0 ? [] : [{ ip, hostnames }];
}

/**
 * The runner's work folder: an action is not told of it, but of folders in it.
 * @param temp RUNNER_TEMP, for a request that names none of them.
 */
export function workPathOfStep(
  { systemMountVolumes }: HookContainer,
  temp: RunnerPath | undefined,
): RunnerPath | undefined {
  const home = sourceOf(systemMountVolumes, '/github/home');
  const folder = sourceOf(systemMountVolumes, '/github/runner_temp') ?? (home && posix.dirname(home)) ?? temp;
  return folder && posix.dirname(folder);
}

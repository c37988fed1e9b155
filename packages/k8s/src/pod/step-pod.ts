import { posix } from 'node:path';
import type { HookContainer } from '@podhooks/hooklib';
import { agentCommand, type AgentOptions } from '../agent/agent.js';
import { actionHelperContainer } from './helper.js';
import type { Container, Pod } from '../model/kubernetes.js';
import { HELPER_CONTAINER, JOB_CONTAINER, secretName, stepPodName } from '../model/names.js';
import { imageOf, ownMetadata, hookPod, type HookPod, type HookPodOptions, startOf } from './hook-pod.js';
import { containerPart } from '../options/container.js';
import { LOOPBACK } from '../options/pod.js';
import { readOptions } from '../options/read.js';
import { type RunnerPath, sourceOf } from '../model/paths.js';
import { EnvironmentSecret, registrySecrets } from './secrets.js';
import type { WorkMode } from '../model/work-mode.js';
import { Volumes, workFolder } from './volumes.js';

export interface StepPodOptions extends HookPodOptions {
  args: HookContainer;
  /** The runner's work folder. */
  work: RunnerPath;
  /** The pod of the job, where there is one: its services get names. */
  jobPod: Pod | undefined;
  /** How files get into the pod where no volume is shared. */
  copying: {
    /** Image of the helper; the runner's own where undefined. */
    helperImage: string | undefined;
    /** How long the action's container waits for its files. */
    gateSeconds: number;
    /** What of the changes comes back to the runner; undefined if nothing does. */
    filesBack: AgentOptions | undefined;
  };
}

export interface StepPod extends HookPod {
  mode: WorkMode;
}

/** The pod of a docker action. Nothing is asked of its image: it starts as it would with docker. Pure. */
export function stepPod(options: StepPodOptions): StepPod {
  const { runner, args, work: path, id, jobPod, volumesAllow, rules } = options;
  const image = imageOf(args);
  const work = workFolder(runner, path);
  const metadata = ownMetadata(options);
  const volumes = new Volumes(runner, { path, folder: work }, volumesAllow, rules.volumes);
  const environment = new EnvironmentSecret(metadata, secretName(runner.name, 'step', id), 'action');
  const container = {
    name: JOB_CONTAINER,
    image,
    // The runner passes no options of container steps; the maxima hold for them, too.
    ...containerPart(readOptions(null, 'service', options.policy).effects),
    ...startOf(args),
    ...(args.workingDirectory !== null && { workingDir: args.workingDirectory }),
    env: environment.variables(JOB_CONTAINER, args.environmentVariables),
    volumeMounts: volumes.forAction(args),
  };
  const helpers = work.mode === 'volume' ? [] : [helperOf(options, volumes)];
  const built = hookPod('step', options, {
    name: stepPodName(runner.name, id),
    metadata,
    work,
    containers: [...helpers, container],
    volumes: volumes.list(),
    registries: registrySecrets([args], metadata, (number) =>
      secretName(runner.name, `step-registry-${number}`, id),
    ),
    environment,
  });
  const hostAliases = jobPod === undefined ? [] : serviceAliases(jobPod);
  const { mode } = work;
  if (hostAliases.length === 0 || built.pod.spec === undefined) return { ...built, mode };
  return { ...built, mode, pod: { ...built.pod, spec: { ...built.pod.spec, hostAliases } } };
}

function helperOf({ runner, copying }: StepPodOptions, volumes: Volumes): Container {
  const { helperImage = runner.image, gateSeconds, filesBack } = copying;
  const agent = filesBack && agentCommand(filesBack);
  return actionHelperContainer(helperImage, gateSeconds, volumes.forActionHelper(), agent);
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

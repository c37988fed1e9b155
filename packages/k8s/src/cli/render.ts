import { HookError, parseInput, type HookInput, type PrepareJobArgs } from '@podhooks/hooklib';
import { connectCluster } from '../cluster/connect.js';
import { buildJob, requireAllowedImages } from '../commands/prepare-job.js';
import { buildStep, isDockerfile, workOfAction } from '../commands/run-container-step.js';
import { repositoryOfAction } from '../agent/repository.js';
import { readText } from '../files/text-file.js';
import { isList, isMap, mapsAt } from '../json.js';
import { inheritDefaults } from '../merge/inherit.js';
import type { Pod, Secret } from '../model/kubernetes.js';
import type { HookPod, HookPodOptions } from '../pod/hook-pod.js';
import { runnerContainer } from '../pod/runner-pod.js';
import { workPath } from '../pod/volumes.js';
import { getRunnerPod, hookPodOptionsFrom } from '../pods/hook-pod-options.js';
import { withTemplate } from '../pods/pod-template.js';
import { readSettingsWithFile, type Settings } from '../settings/read.js';
import { formatFault } from '../yaml/fault.js';
import { readDocuments } from '../yaml/documents.js';
import { annotatedYaml, HIDDEN, type Stage } from './annotated-yaml.js';
import { TIMEOUT_MS } from './check.js';
import type { Environment } from './command.js';
import { SILENT } from './print.js';

export interface Rendering {
  /** A stream of YAML documents, in the order in which the hook creates the objects. */
  readonly yaml: string;
  /** What the hook would say in the log of the job. */
  readonly messages: readonly string[];
}

/**
 * The objects that the hook would create for a payload, by its own builders, with the origin of what they inherit or merge.
 * Creates nothing, and asks the cluster for the runner pod only.
 * @param runnerPod a file with the runner pod as `kubectl get -o yaml` shows it; without it, the cluster is asked.
 */
export async function render(
  payload: string,
  environment: Environment,
  runnerPod?: string,
): Promise<Rendering> {
  const input = parseInput(await readText(payload).catch((error: unknown) => unreadable(payload, error)));
  const pod = runnerPod === undefined ? await podFromCluster(environment) : await podFromFile(runnerPod);
  const settings = await readSettingsWithFile({
    ...variablesOf(pod),
    ACTIONS_RUNNER_POD_NAME: pod.metadata?.name,
    ...environment,
  });
  const messages: string[] = [];
  const say = (text: string): void => void messages.push(text);
  const out = { ...SILENT, line: say, warning: say };
  const { stages, services, remarks } = builtFor(input, pod, settings);
  messages.push(...remarks);
  const built = stages.at(-1)?.value;
  if (built === undefined) throw new Error('nothing was built');
  const merged = await withTemplate(built, services, { settings, out });
  const pods: Stage[] = [
    ...stages.map(({ value, origin }) => ({ value: value.pod, origin })),
    { value: merged.pod, origin: 'pod template' },
  ];
  messages.push(
    ...built.decisions
      .filter(({ value }) => value === 'left out')
      .map(({ field, from }) => `${field} of the runner pod is left out: ${from}`),
  );
  const documents = [
    ...built.secrets.map((secret) => annotatedYaml([{ value: hidden(secret), origin: undefined }])),
    annotatedYaml(pods),
  ];
  return { yaml: documents.join('---\n'), messages };
}

interface Built {
  stages: readonly { value: HookPod; origin: string | undefined }[];
  services: readonly string[];
  remarks: readonly string[];
}

/** What is built stage by stage: each adds to the one before what the next origin says. */
function builtFor(input: HookInput, pod: Pod, settings: Settings): Built {
  switch (input.command) {
    case 'prepare_job': {
      const { args } = input;
      requireAllowedImages(args, settings);
      const options = hookPodOptionsFrom(pod, workPath(args.container), settings);
      const plain = withoutOptions(args);
      const built = buildJob(args, options, settings);
      const byExec = Object.keys(built.variables);
      return {
        stages: staged(options, (each, hasOptions) => buildJob(hasOptions ? args : plain, each, settings)),
        services: built.services,
        remarks: [
          ...built.warnings,
          ...built.remarks,
          ...(byExec.length === 0
            ? []
            : [`Variables that steps of the job get by exec, not by the pod: ${byExec.join(', ')}`]),
        ],
      };
    }
    case 'run_container_step': {
      const { args } = input;
      if (isDockerfile(args))
        throw new HookError(
          'UNSUPPORTED',
          'The pod of this action depends on its Dockerfile, on the runner.',
          { hint: 'Render the payload of a container step that has an image.' },
        );
      const work = workOfAction(args, settings);
      const options = hookPodOptionsFrom(pod, work, settings);
      const hasJob = input.state !== null;
      const action = { args, work, repository: repositoryOfAction(args, work), jobPod: undefined, hasJob };
      return {
        stages: staged(options, (each) => buildStep(action, each, settings)),
        services: [],
        remarks: hasJob
          ? ['The names of services, in hostAliases, are known only while the job pod runs.']
          : [],
      };
    }
    case 'run_script_step':
    case 'cleanup_job':
      throw new HookError('INPUT_INVALID', `${input.command} creates no object.`, {
        hint: 'Render the payload of prepare_job or run_container_step.',
      });
  }
}

function staged(options: HookPodOptions, build: (options: HookPodOptions, hasOptions: boolean) => HookPod) {
  const { policy } = options;
  const free = {
    ...options,
    sameNode: undefined,
    maxSeconds: undefined,
    policy: { ...policy, maxCpus: undefined, maxMemory: undefined },
    rules: {
      ...options.rules,
      security: { restricted: false, runAsUser: undefined, userNamespaces: false },
      environment: [],
    },
  };
  const nothing = { allow: [], deny: ['*'] };
  const inheriting: HookPodOptions['inheriting'] = (mode) => ({
    ...inheritDefaults(mode),
    imagePullSecrets: false,
    serviceAccount: false,
    annotations: nothing,
    labels: nothing,
    fsGroup: false,
  });
  return [
    { value: build({ ...free, inheriting }, false), origin: undefined },
    { value: build(free, false), origin: 'inherited from the runner pod' },
    { value: build(free, true), origin: 'options of the workflow' },
    { value: build(options, true), origin: 'settings' },
  ];
}

function withoutOptions({ container, services }: PrepareJobArgs): PrepareJobArgs {
  return {
    container: container && { ...container, createOptions: null },
    services: services.map((service) => ({ ...service, createOptions: null })),
  };
}

function hidden({ data = {}, ...secret }: Secret): Secret {
  return { ...secret, data: Object.fromEntries(Object.keys(data).map((key) => [key, HIDDEN])) };
}

/** What the hook would find in its environment, as far as the pod itself says it. */
function variablesOf(pod: Pod): Environment {
  const variables = runnerContainer(pod)?.env ?? [];
  return Object.fromEntries(variables.map(({ name, value }) => [name, value]));
}

async function podFromCluster(environment: Environment): Promise<Pod> {
  const settings = await readSettingsWithFile(environment);
  const { cluster } = await connectCluster(settings, undefined, () => undefined);
  return getRunnerPod({ settings, cluster, cancelled: AbortSignal.timeout(TIMEOUT_MS), out: SILENT });
}

async function podFromFile(file: string): Promise<Pod> {
  const text = await readText(file).catch((error: unknown) => unreadable(file, error));
  const documents = readDocuments({ file, text });
  if (!isList(documents)) throw new HookError('INPUT_INVALID', formatFault(documents));
  const value = documents[0]?.value;
  if (isPod(value)) return value;
  throw new HookError('INPUT_INVALID', `${file} does not hold a pod.`, {
    hint: 'Write one with kubectl get pod RUNNER_POD -o yaml.',
  });
}

/** The rest is what the API server has let through. */
function isPod(value: unknown): value is Pod {
  return (
    isMap(value) && value.kind === 'Pod' && isMap(value.spec) && mapsAt(value.spec, 'containers').length > 0
  );
}

function unreadable(file: string, error: unknown): never {
  const why = error instanceof Error ? error.message : String(error);
  throw new HookError('INPUT_INVALID', `${file} cannot be read: ${why}`, { cause: error });
}

import { flag, globs, type Kind, number, path, paths, text } from './kinds.js';

export interface Variable<T> {
  /** Name in the environment. */
  readonly name: string;
  /**
   * Path in the settings file. Undefined for what a file cannot know, as it may serve many runners: what ARC, the runner
   * or Kubernetes set, where this runner's pod is, and where the file is.
   */
  readonly key: string | undefined;
  /** For the docs: what it does, and for what it lets through to the workflow's code, why it may be turned off or on. */
  readonly about: string;
  readonly kind: Kind<NonNullable<T>>;
  /** Value where neither the environment nor the file has one. */
  readonly fallback: T;
}

function preset<T>(
  name: string,
  key: string | undefined,
  about: string,
  kind: Kind<NonNullable<T>>,
  fallback: T,
): Variable<T> {
  return { name, key, about, kind, fallback };
}

function optional<T>(name: string, key: string, about: string, kind: Kind<NonNullable<T>>) {
  return preset<T | undefined>(name, key, about, kind, undefined);
}

function given<T>(name: string, about: string, kind: Kind<NonNullable<T>>) {
  return preset<T | undefined>(name, undefined, about, kind, undefined);
}

/** Every setting of the hooks. The tables of docs/settings.md and docs/settings.schema.json are made from it. */
export const VARIABLES = {
  settingsFile: given(
    'ACTIONS_RUNNER_HOOK_CONFIG',
    'File in YAML with the settings that have a key. What a variable says wins.',
    path,
  ),
  namespace: given(
    'ACTIONS_RUNNER_KUBERNETES_NAMESPACE',
    'Namespace of the runner pod; without it, that of the service account or of the current context.',
    text,
  ),
  kubeconfig: given('KUBECONFIG', 'A kubeconfig in place of the service account.', text),
  claimName: optional(
    'ACTIONS_RUNNER_CLAIM_NAME',
    'claimName',
    'Claim that holds the work folder; without it, found out from the runner pod.',
    text,
  ),
  readWriteOnce: optional(
    'ACTIONS_RUNNER_HOOK_RWO',
    'readWriteOnce',
    "true: pods must run on the runner's node; false: they may run anywhere. Without it, decided by the work volume.",
    flag,
  ),
  template: optional(
    'ACTIONS_RUNNER_CONTAINER_HOOK_TEMPLATE',
    'template',
    'Pod template in YAML that is merged into every pod: a file, or a folder of `*.yaml` files.',
    path,
  ),
  volumesAllow: preset<readonly string[]>(
    'ACTIONS_RUNNER_HOOK_VOLUMES_ALLOW',
    'volumes.allow',
    "Folders of the runner container that `volumes:` of a workflow may name, with all that is in them; they must lie on volumes that other pods can mount, and what the runner may only read stays read-only. Otherwise a workflow can name folders of the work folder alone: the administrator's other volumes are the runner's, not the workflow's.",
    paths,
    [],
  ),
  imagesAllow: preset<readonly string[]>(
    'ACTIONS_RUNNER_HOOK_IMAGES_ALLOW',
    'images.allow',
    'Images that job containers, services and docker actions may have, in full: `docker.io/library/node`, `ghcr.io/our-org/*`, with a tag or digest to allow that one alone; a `*` before the first slash stands for a part of the host. Otherwise any image. Those of the pod template are not checked.',
    globs,
    [],
  ),
  optionsAllow: preset<readonly string[]>(
    'ACTIONS_RUNNER_HOOK_OPTIONS_ALLOW',
    'options.allow',
    'Options of containers that a workflow may use although they give rights on the node, as they are written: `--privileged`, `--cap-add=NET_ADMIN`, `--cap-add=NET_*`.',
    globs,
    [],
  ),
  optionsMaxCpus: optional<number>(
    'ACTIONS_RUNNER_HOOK_OPTIONS_MAX_CPUS',
    'options.maxCpus',
    'Most CPUs that the container of a job, a service or a docker action gets, whether it asks by `--cpus` or not; the pod template may give more. Without it, as many as it asks for, or no limit.',
    number('CPUs', 0.001),
  ),
  optionsMaxMemoryMb: optional<number>(
    'ACTIONS_RUNNER_HOOK_OPTIONS_MAX_MEMORY_MB',
    'options.maxMemoryMb',
    'Most memory of such a container, in MiB, as with `options.maxCpus`.',
    number('megabytes', 1),
  ),
  inheritPullSecrets: preset(
    'ACTIONS_RUNNER_HOOK_INHERIT_PULL_SECRETS',
    'inherit.imagePullSecrets',
    "false: the runner pod's imagePullSecrets do not reach the job pod. With them, a workflow can run every private image that the runner's registries hold.",
    flag,
    true,
  ),
  inheritServiceAccount: preset(
    'ACTIONS_RUNNER_HOOK_INHERIT_SERVICE_ACCOUNT',
    'inherit.serviceAccount',
    "false: the job pod runs under the namespace's default account. Otherwise it has the runner's for its cloud identity and pull secrets. In both cases without its token, as rights in Kubernetes are not for a workflow's code; an account that the pod template names comes with its token.",
    flag,
    true,
  ),
  inheritAnnotationsAllow: preset<readonly string[]>(
    'ACTIONS_RUNNER_HOOK_INHERIT_ANNOTATIONS_ALLOW',
    'inherit.annotations.allow',
    "Annotations of the runner pod that the job pod gets although they are the system's or denied. The system's say what the cluster has done to the runner pod (its addresses, its sandbox), which is not true of another pod.",
    globs,
    [],
  ),
  inheritAnnotationsDeny: preset<readonly string[]>(
    'ACTIONS_RUNNER_HOOK_INHERIT_ANNOTATIONS_DENY',
    'inherit.annotations.deny',
    "Annotations of the runner pod that the job pod does not get; `*` for none. An annotation can carry an identity (a cloud role, a vault's role), which the workflow's code then has.",
    globs,
    [],
  ),
  inheritLabels: preset<readonly string[]>(
    'ACTIONS_RUNNER_HOOK_INHERIT_LABELS',
    'inherit.labels',
    'Labels of the runner pod that the job pod gets. Few, as network policies, services and admission select by labels: a job must not pass for something else.',
    globs,
    ['azure.workload.identity/*'],
  ),
  inheritFsGroup: optional(
    'ACTIONS_RUNNER_HOOK_INHERIT_FS_GROUP',
    'inherit.fsGroup',
    "Whether the job pod gets the runner pod's fsGroup. Without it, where the work folder is a shared volume: the group owns the runner's files there, and a workflow that shares no files needs no group.",
    flag,
  ),
  inheritTolerations: preset(
    'ACTIONS_RUNNER_HOOK_INHERIT_TOLERATIONS',
    'inherit.tolerations',
    "true: the job pod gets the runner pod's tolerations. Off, as a taint may keep the code of workflows from nodes that runners may use.",
    flag,
    false,
  ),
  inheritPriorityClass: preset(
    'ACTIONS_RUNNER_HOOK_INHERIT_PRIORITY_CLASS',
    'inherit.priorityClass',
    "true: the job pod gets the runner pod's priority class. Off, as a job of high priority evicts the pods of others.",
    flag,
    false,
  ),
  inheritProxy: preset(
    'ACTIONS_RUNNER_HOOK_INHERIT_PROXY',
    'inherit.proxy',
    "true: job container and services get the runner's proxy variables. Off, as the address of a proxy may hold a password, which the workflow's code could then read.",
    flag,
    false,
  ),
  imageHome: preset(
    'ACTIONS_RUNNER_HOOK_IMAGE_HOME',
    'imageHome',
    "true: steps in the job container have the HOME of the image's user, where its tools and their settings may lie, as with actions/runner-container-hooks. Otherwise HOME is `/github/home`, as in docker: a folder that steps share with docker actions, which have it in both cases.",
    flag,
    false,
  ),
  gitSafeDirectory: preset(
    'ACTIONS_RUNNER_HOOK_GIT_SAFE_DIRECTORY',
    'gitSafeDirectory',
    "false: git in a step refuses a workspace that another user owns (\"dubious ownership\"): the job container's user need not be the runner's. Otherwise steps have `safe.directory=*` in git's environment (`GIT_CONFIG_COUNT`), unless the workflow sets that itself.",
    flag,
    true,
  ),
  filesBackBudgetMb: preset(
    'ACTIONS_RUNNER_HOOK_FILES_BACK_BUDGET_MB',
    'files.back.budgetMb',
    'How much of what a step has changed in the workspace and `_temp` is copied to the runner when it ends, in MiB, where no volume is shared; small files first. 0: nothing.',
    number('megabytes', 0),
    1024,
  ),
  filesBackExclude: preset<readonly string[]>(
    'ACTIONS_RUNNER_HOOK_FILES_BACK_EXCLUDE',
    'files.back.exclude',
    'What is not copied to the runner: ends of paths, such as `node_modules` or `build/*.o`.',
    globs,
    ['node_modules', '.git/objects', '_temp/_github_home'],
  ),
  prepareTimeoutSeconds: preset(
    'ACTIONS_RUNNER_PREPARE_JOB_TIMEOUT_SECONDS',
    'prepareTimeoutSeconds',
    'How long prepare_job waits for the job pod, and a docker action for its pod, in seconds.',
    number('seconds', 1),
    600,
  ),
  jobMaxSeconds: optional<number>(
    'ACTIONS_RUNNER_HOOK_JOB_MAX_SECONDS',
    'jobMaxSeconds',
    'Time after which Kubernetes ends a job pod, or the pod of a docker action, by itself, in seconds, whatever has become of its runner; without it, never.',
    number('seconds', 1),
  ),
  imagePullGraceSeconds: preset(
    'ACTIONS_RUNNER_HOOK_IMAGE_PULL_GRACE_SECONDS',
    'imagePullGraceSeconds',
    'How long an image may fail to be pulled for a reason that may pass, in seconds.',
    number('seconds', 0),
    60,
  ),
  apiRetrySeconds: preset(
    'ACTIONS_RUNNER_HOOK_API_RETRY_SECONDS',
    'apiRetrySeconds',
    'How long a request of the Kubernetes API that fails for a passing reason is tried again, in seconds.',
    number('seconds', 0),
    60,
  ),
  stepReconnectSeconds: preset(
    'ACTIONS_RUNNER_HOOK_STEP_RECONNECT_SECONDS',
    'stepReconnectSeconds',
    'How long a running step is looked for while the Kubernetes API does not answer at all, in seconds.',
    number('seconds', 0),
    900,
  ),
  heartbeatPeriodMs: preset(
    'ACTIONS_RUNNER_HEARTBEAT_PERIOD_MS',
    'heartbeat.periodMs',
    'Time between two pings on the connection of a step, in milliseconds.',
    number('milliseconds', 100),
    5_000,
  ),
  heartbeatDeadlineMs: preset(
    'ACTIONS_RUNNER_HEARTBEAT_DEADLINE_MS',
    'heartbeat.deadlineMs',
    'Silence after which a connection counts as lost, in milliseconds.',
    number('milliseconds', 100),
    30_000,
  ),
  podName: given('ACTIONS_RUNNER_POD_NAME', 'Set by ARC: name of the runner pod.', text),
  runnerImage: given(
    'ACTIONS_RUNNER_IMAGE',
    'Set by ARC in novolume mode: image of the helper container; without it, the image of the runner container.',
    text,
  ),
  serverUrl: given(
    'GITHUB_SERVER_URL',
    'Set by the runner: address of GitHub, for the link from the pods to the run.',
    text,
  ),
  temp: given('RUNNER_TEMP', 'Set by the runner: the temporary folder in the work folder.', path),
  debug: given('RUNNER_DEBUG', 'Set by the runner in debug mode.', flag),
  serviceHost: given('KUBERNETES_SERVICE_HOST', 'Set by Kubernetes: address of the API server.', text),
  servicePort: given('KUBERNETES_SERVICE_PORT', 'Set by Kubernetes: port of the API server.', text),
};

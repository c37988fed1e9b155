/** How a variable's text becomes a value; throws an Error that says what is wanted. */
type Read<T> = (text: string) => T;

export interface Variable<T> {
  /** Name in the environment. */
  name: string;
  /** One sentence for the docs. */
  about: string;
  read: Read<T>;
  /** Value when the variable is unset or empty. */
  fallback: T;
}

const text: Read<string | undefined> = (value) => value;

const flag: Read<boolean | undefined> = (value) => {
  const word = value.toLowerCase();
  if (['true', '1', 'yes'].includes(word)) return true;
  if (['false', '0', 'no'].includes(word)) return false;
  throw new Error('wants true or false');
};

/** Names with `*`, divided by commas or white space. */
const globs: Read<readonly string[]> = (value) => value.split(/[\s,]+/).filter((glob) => glob !== '');

const path: Read<string | undefined> = (value) => {
  if (!value.startsWith('/')) throw new Error('wants an absolute path');
  return value;
};

function number(unit: string, least: number): Read<number> {
  return (value) => {
    const parsed = Number(value);
    if (!Number.isFinite(parsed) || parsed < least)
      throw new Error(`wants a number of ${unit}, ${least} or more`);
    return parsed;
  };
}

function optional<T>(name: string, about: string, read: Read<T | undefined>): Variable<T | undefined> {
  return { name, about, read, fallback: undefined };
}

function seconds(name: string, about: string, least: number, fallback: number): Variable<number> {
  return { name, about, read: number('seconds', least), fallback };
}

function milliseconds(name: string, about: string, least: number, fallback: number): Variable<number> {
  return { name, about, read: number('milliseconds', least), fallback };
}

function globList(name: string, about: string, fallback: readonly string[]): Variable<readonly string[]> {
  return { name, about, read: globs, fallback };
}

/** Every variable of the environment that the hooks read. The table in docs/settings.md is made from it. */
export const VARIABLES = {
  podName: optional('ACTIONS_RUNNER_POD_NAME', 'Name of the runner pod; ARC sets it.', text),
  namespace: optional(
    'ACTIONS_RUNNER_KUBERNETES_NAMESPACE',
    'Namespace of the runner pod; without it, that of the service account or of the current context.',
    text,
  ),
  claimName: optional(
    'ACTIONS_RUNNER_CLAIM_NAME',
    'Claim that holds the work folder; without it, found out from the runner pod.',
    text,
  ),
  runnerImage: optional(
    'ACTIONS_RUNNER_IMAGE',
    'Image of the helper container; without it, the image of the runner container.',
    text,
  ),
  readWriteOnce: optional(
    'ACTIONS_RUNNER_HOOK_RWO',
    "true: pods must run on the runner's node; false: they may run anywhere. Without it, decided by the work volume.",
    flag,
  ),
  template: optional(
    'ACTIONS_RUNNER_CONTAINER_HOOK_TEMPLATE',
    'Pod template in YAML that is merged into every pod: a file, or a folder of `*.yaml` files.',
    path,
  ),
  inheritPullSecrets: optional(
    'ACTIONS_RUNNER_HOOK_INHERIT_PULL_SECRETS',
    "false: the runner pod's imagePullSecrets do not reach the job pod.",
    flag,
  ),
  inheritServiceAccount: optional(
    'ACTIONS_RUNNER_HOOK_INHERIT_SERVICE_ACCOUNT',
    "false: the job pod runs under the namespace's default account. Otherwise it has the runner's for its cloud identity and pull secrets, without its token: a workflow must not have the runner's rights in Kubernetes.",
    flag,
  ),
  inheritAnnotationsAllow: globList(
    'ACTIONS_RUNNER_HOOK_INHERIT_ANNOTATIONS_ALLOW',
    "Annotations of the runner pod that the job pod gets although they are the system's or denied.",
    [],
  ),
  inheritAnnotationsDeny: globList(
    'ACTIONS_RUNNER_HOOK_INHERIT_ANNOTATIONS_DENY',
    'Annotations of the runner pod that the job pod does not get; `*` for none.',
    [],
  ),
  inheritLabels: globList(
    'ACTIONS_RUNNER_HOOK_INHERIT_LABELS',
    'Labels of the runner pod that the job pod gets.',
    ['azure.workload.identity/*'],
  ),
  inheritFsGroup: optional(
    'ACTIONS_RUNNER_HOOK_INHERIT_FS_GROUP',
    "Whether the job pod gets the runner pod's fsGroup. Without it, where the work folder is a shared volume.",
    flag,
  ),
  inheritTolerations: optional(
    'ACTIONS_RUNNER_HOOK_INHERIT_TOLERATIONS',
    "true: the job pod gets the runner pod's tolerations.",
    flag,
  ),
  inheritPriorityClass: optional(
    'ACTIONS_RUNNER_HOOK_INHERIT_PRIORITY_CLASS',
    "true: the job pod gets the runner pod's priority class.",
    flag,
  ),
  inheritProxy: optional(
    'ACTIONS_RUNNER_HOOK_INHERIT_PROXY',
    "true: job container and services get the runner's proxy variables.",
    flag,
  ),
  prepareTimeoutSeconds: seconds(
    'ACTIONS_RUNNER_PREPARE_JOB_TIMEOUT_SECONDS',
    'How long prepare_job waits for the job pod, in seconds.',
    1,
    600,
  ),
  imagePullGraceSeconds: seconds(
    'ACTIONS_RUNNER_HOOK_IMAGE_PULL_GRACE_SECONDS',
    'How long an image may fail to be pulled for a reason that may pass, in seconds.',
    0,
    60,
  ),
  apiRetrySeconds: seconds(
    'ACTIONS_RUNNER_HOOK_API_RETRY_SECONDS',
    'How long a request of the Kubernetes API that fails for a passing reason is tried again, in seconds.',
    0,
    60,
  ),
  stepReconnectSeconds: seconds(
    'ACTIONS_RUNNER_HOOK_STEP_RECONNECT_SECONDS',
    'How long a running step is looked for while the Kubernetes API does not answer at all, in seconds.',
    0,
    900,
  ),
  heartbeatPeriodMs: milliseconds(
    'ACTIONS_RUNNER_HEARTBEAT_PERIOD_MS',
    'Time between two pings on the connection of a step, in milliseconds.',
    100,
    5_000,
  ),
  heartbeatDeadlineMs: milliseconds(
    'ACTIONS_RUNNER_HEARTBEAT_DEADLINE_MS',
    'Silence after which a connection counts as lost, in milliseconds.',
    100,
    30_000,
  ),
  temp: optional('RUNNER_TEMP', 'Set by the runner: the temporary folder in the work folder.', path),
  debug: optional('RUNNER_DEBUG', 'Set by the runner in debug mode.', flag),
  serviceHost: optional('KUBERNETES_SERVICE_HOST', 'Set by Kubernetes: address of the API server.', text),
  servicePort: optional('KUBERNETES_SERVICE_PORT', 'Set by Kubernetes: port of the API server.', text),
  kubeconfig: optional('KUBECONFIG', 'A kubeconfig in place of the service account.', text),
};

/** File-command files of the current step, as the runner names them to the hook: paths on the runner. */
export const FILE_COMMANDS = [
  'GITHUB_ENV',
  'GITHUB_PATH',
  'GITHUB_OUTPUT',
  'GITHUB_STATE',
  'GITHUB_STEP_SUMMARY',
  'GITHUB_ARTIFACTS',
  'GITHUB_ARTIFACTS_LIST',
] as const;

/** What becomes of the wait for a pod of which this is said. */
export type Handling =
  /** Nothing but a change of the pod, its image or the cluster helps: the wait ends at once. */
  | 'fail'
  /** May pass, but not for long: the wait ends after ACTIONS_RUNNER_HOOK_IMAGE_PULL_GRACE_SECONDS. */
  | 'grace'
  /** Passes by itself, up to the deadline of the whole wait. */
  | 'wait';

/** Where the reason stands: in a container's state `waiting` or `terminated`, or in the pod's own status. */
export type Place = 'waiting' | 'ended' | 'pod';

export interface Failure {
  readonly at: Place;
  /** As kubelet, scheduler and container runtimes say; `*` at the end stands for any text. */
  readonly reasons: readonly string[];
  /** Of the message; a row without it takes any. */
  readonly message?: RegExp;
  readonly handling: Handling;
  /** What to do. */
  readonly hint: string;
  /** It is the workflow's to correct, not the administrator's. */
  readonly ofWorkflow?: true;
}

const PULL = ['ErrImagePull', 'ImagePullBackOff', 'RegistryUnavailable', 'ImageInspectError'];
const NOT_STARTED = [
  'CreateContainerError',
  'RunContainerError',
  'CrashLoopBackOff',
  'StartError',
  'ContainerCannotRun',
  'Error',
];

/** Why a shell, or what it stands for, cannot be started: `exec: "sh": executable file not found in $PATH`. */
const NO_SHELL = /exec: "(?:\/\S*\/)?sh": |exec (?:\/\S*\/)?sh: no such file/;

/**
 * Every reason for which a pod does not start, or ends. The first row that matches counts. Reasons that stand in no row are
 * waited for, as a newer Kubernetes may know more than this table.
 */
export const FAILURES: readonly Failure[] = [
  {
    at: 'waiting',
    reasons: PULL,
    message:
      /not found|manifest unknown|unauthorized|authentication required|authorization failed|denied|forbidden|no basic auth|invalid reference|no match for platform/i,
    handling: 'fail',
    hint: 'Check that the image exists, and that the pod has credentials for its registry if it is private.',
  },
  {
    at: 'waiting',
    reasons: PULL,
    handling: 'grace',
    hint: 'Check that the registry can be reached from the node.',
  },
  {
    at: 'waiting',
    reasons: ['InvalidImageName'],
    handling: 'fail',
    hint: 'Correct the name of the image in the workflow.',
  },
  {
    at: 'waiting',
    reasons: ['ErrImageNeverPull'],
    handling: 'fail',
    hint: 'The pull policy is Never and the image is not on the node: load it there, or change the policy.',
  },
  {
    at: 'waiting',
    reasons: ['SignatureValidationFailed'],
    handling: 'fail',
    hint: 'Sign the image as the policy of the node asks for, or use one that is signed.',
  },
  {
    // A kubelet waits one second for a secret or config map; then it says this, and tries again (pkg/kubelet/util/manager).
    at: 'waiting',
    reasons: ['CreateContainerConfigError'],
    message: /failed to sync \w+ cache: timed out/,
    handling: 'grace',
    hint: 'Check the load of node and API server.',
  },
  {
    at: 'waiting',
    reasons: ['CreateContainerConfigError'],
    message: /runAsNonRoot/,
    handling: 'fail',
    hint: 'The pod must not run as root, and the image does, or names its user by a word: give the number of its user by `options: --user 1000` or ACTIONS_RUNNER_HOOK_RUN_AS_USER, or use another image.',
  },
  {
    at: 'waiting',
    reasons: ['CreateContainerConfigError'],
    message: /(?:secret|configmap) ".+" not found|couldn't find key/,
    handling: 'fail',
    hint: 'Create the object or the key that the message names in the namespace of the pod, or correct the name in the pod template.',
  },
  {
    at: 'waiting',
    reasons: ['CreateContainerConfigError'],
    handling: 'fail',
    hint: 'The pod names something that is not there or does not fit, such as a secret or a config map.',
  },
  {
    // The runtime is busy: what it has begun under this name goes on, and the kubelet tries again.
    at: 'waiting',
    reasons: ['CreateContainerError'],
    message: /context deadline exceeded|is reserved for/,
    handling: 'grace',
    hint: 'Check the load and the disk of the node.',
  },
  ...(['waiting', 'ended'] as const).flatMap((at): Failure[] => [
    {
      at,
      reasons: NOT_STARTED,
      message: NO_SHELL,
      handling: 'fail',
      hint: 'The image has no sh, which steps need: use an image with a POSIX shell, such as debian or alpine.',
      ofWorkflow: true,
    },
    {
      at,
      reasons: NOT_STARTED,
      message: /exec format error/,
      handling: 'fail',
      hint: 'The image is built for another processor than that of the node: use an image for it, or choose nodes by kubernetes.io/arch in the pod template.',
    },
  ]),
  {
    at: 'waiting',
    reasons: ['CreateContainerError'],
    handling: 'fail',
    hint: 'The container runtime refuses the container: check mounts, devices and the command.',
  },
  {
    at: 'waiting',
    reasons: ['RunContainerError'],
    handling: 'fail',
    hint: 'The container runtime cannot start the container: check its command and its security context.',
  },
  {
    at: 'waiting',
    reasons: ['PostStartHookError', 'PreStartHookError'],
    handling: 'fail',
    hint: 'Correct the lifecycle hook of the container.',
  },
  {
    at: 'waiting',
    reasons: ['CrashLoopBackOff'],
    handling: 'fail',
    hint: 'The container ends by itself: see its log.',
  },
  {
    at: 'waiting',
    reasons: ['ContainerCreating', 'PodInitializing'],
    handling: 'wait',
    hint: 'Volumes are being mounted and images pulled: kubectl describe pod shows what is slow.',
  },
  {
    at: 'ended',
    reasons: ['StartError', 'ContainerCannotRun'],
    handling: 'fail',
    hint: 'Check that the program is in the image and can be executed.',
  },
  {
    at: 'ended',
    reasons: ['ContainerStatusUnknown'],
    handling: 'fail',
    hint: 'The node has lost the container: look whether it was restarted.',
  },
  {
    at: 'ended',
    reasons: ['Error', 'Completed', ''],
    handling: 'fail',
    hint: 'Correct the command, the variables or the image of the container: the end of its log is above, if it has printed anything.',
  },
  {
    at: 'pod',
    reasons: ['OutOf*', 'NodeAffinity', 'TopologyAffinity', 'TopologyAffinityError'],
    handling: 'fail',
    hint: "The runner's node has no room left for the pod; use a work volume that can be mounted on other nodes, or larger nodes.",
  },
  {
    at: 'pod',
    reasons: ['Evicted', 'Preempting', 'TerminationByKubelet'],
    handling: 'fail',
    hint: 'Request more of what ran short (memory, ephemeral-storage) for the job container, or protect the pod from disruption.',
  },
  {
    at: 'pod',
    reasons: ['DeadlineExceeded'],
    handling: 'fail',
    hint: 'Raise ACTIONS_RUNNER_HOOK_JOB_MAX_SECONDS, or activeDeadlineSeconds in the pod template.',
  },
  {
    at: 'pod',
    reasons: ['NodeLost', 'NodeShutdown', 'Terminated', 'Shutdown'],
    handling: 'fail',
    hint: 'Check the node; spot instances vanish like this.',
  },
  {
    at: 'pod',
    reasons: ['Unschedulable', 'SchedulingGated'],
    handling: 'wait',
    hint: 'Make room on the nodes, or correct selectors, affinity and tolerations in the pod template.',
  },
];

/** The row for what is said; undefined where the table does not know it. */
export function failureOf(at: Place, reason: string, message: string): Failure | undefined {
  return FAILURES.find(
    (row) =>
      row.at === at &&
      row.reasons.some((each) => matches(each, reason)) &&
      row.message?.test(message) !== false,
  );
}

const matches = (pattern: string, reason: string): boolean =>
  pattern.endsWith('*') ? reason.startsWith(pattern.slice(0, -1)) : pattern === reason;

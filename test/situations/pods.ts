/** What kubelet, scheduler and runtimes say of pods, in their words. */
import { ended, failed, type Situation, unscheduled, waiting } from './situation.js';

const POD = 'runner-1-workflow-';
const JOB = `container job of pod ${POD}`;
const cannotStart = (title: string, reason: string, message: string, hint: string): Situation => ({
  title,
  status: waiting(reason, message),
  says: { code: 'POD_FAILED', object: JOB, cause: `${reason}: ${message}`, hint },
});
const notPulled = (title: string, reason: string, message: string, hint: string): Situation => ({
  title,
  status: waiting(reason, message),
  says: { code: 'POD_FAILED', object: 'the image job:1', cause: message, hint },
});
const hasEnded = (title: string, reason: string, message: string, hint: string, code = 'POD_FAILED') => ({
  title,
  status: ended(reason, message),
  says: { code, object: JOB, cause: message.split('\n').at(-1) ?? '', hint },
});
const podFailed = (title: string, reason: string, message: string, hint: string): Situation => ({
  title,
  status: failed(reason, message),
  says: { code: 'POD_FAILED', object: `pod ${POD}`, cause: `${reason}: ${message}`, hint },
});

export const POD_SITUATIONS: readonly Situation[] = [
  notPulled(
    'the image does not exist',
    'ErrImagePull',
    'docker.io/library/job:1: not found',
    'Check that the image exists in docker.io',
  ),
  notPulled(
    'the registry wants credentials and the pod has none',
    'ImagePullBackOff',
    'failed to authorize: 401 Unauthorized',
    'Pull secrets of the pod: none',
  ),
  notPulled(
    'the registry cannot be reached',
    'ImagePullBackOff',
    'dial tcp 10.0.0.1:443: connect: connection refused',
    'The node cannot reach docker.io: check its DNS, firewall and proxy',
  ),
  cannotStart(
    'the registry is down, in the words of a newer kubelet',
    'RegistryUnavailable',
    'connection refused',
    'Check that the registry can be reached from the node',
  ),
  cannotStart(
    'the name of the image is none',
    'InvalidImageName',
    'couldn\'t parse image name "Job:1"',
    'Correct the name of the image in the workflow',
  ),
  cannotStart(
    'the pull policy is Never and the image is not on the node',
    'ErrImageNeverPull',
    'Container image "job:1" is not present with pull policy of Never',
    'load it there, or change the policy',
  ),
  cannotStart(
    'the image is not signed',
    'SignatureValidationFailed',
    'no signature found',
    'Sign the image as the policy of the node asks for',
  ),
  cannotStart(
    'the kubelet is slow to read a secret',
    'CreateContainerConfigError',
    'failed to sync secret cache: timed out waiting for the condition',
    'Check the load of node and API server',
  ),
  cannotStart(
    'the image runs as root and the pod must not',
    'CreateContainerConfigError',
    'container has runAsNonRoot and image will run as root',
    'ACTIONS_RUNNER_HOOK_RUN_AS_USER',
  ),
  cannotStart(
    'a variable refers to a Secret that does not exist',
    'CreateContainerConfigError',
    'secret "license" not found',
    'Create the object or the key that the message names',
  ),
  cannotStart(
    'a variable refers to a key that a ConfigMap does not have',
    'CreateContainerConfigError',
    "couldn't find key url in ConfigMap ci/settings",
    'Create the object or the key that the message names',
  ),
  cannotStart(
    'the configuration of the container does not fit',
    'CreateContainerConfigError',
    'cannot find volume "x" to mount into container "job"',
    'The pod names something that is not there or does not fit',
  ),
  cannotStart(
    'the container runtime is too slow',
    'CreateContainerError',
    'context deadline exceeded',
    'Check the load and the disk of the node',
  ),
  cannotStart(
    'the container runtime refuses a mount',
    'CreateContainerError',
    'failed to mkdir "/proc/x": no such file or directory',
    'check mounts, devices and the command',
  ),
  cannotStart(
    'the container runtime cannot start the container',
    'RunContainerError',
    'operation not permitted',
    'check its command and its security context',
  ),
  {
    ...cannotStart(
      'the image has no shell',
      'RunContainerError',
      'exec: "sh": executable file not found in $PATH',
      'The image has no sh, which steps need',
    ),
    says: {
      code: 'STEP_INVALID',
      object: JOB,
      cause: 'executable file not found',
      hint: 'use an image with a POSIX shell',
    },
  },
  cannotStart(
    'the image is for another processor',
    'CrashLoopBackOff',
    'exec /bin/sh: exec format error',
    'built for another processor than that of the node',
  ),
  cannotStart(
    'a lifecycle hook of the template fails',
    'PostStartHookError',
    'Exec lifecycle hook ([false]) failed',
    'Correct the lifecycle hook of the container',
  ),
  cannotStart(
    'the container ends again and again',
    'CrashLoopBackOff',
    'back-off 10s restarting failed container',
    'see its log',
  ),
  {
    title: 'the volumes of the pod take longer than the wait',
    status: waiting('ContainerCreating'),
    says: {
      code: 'POD_TIMEOUT',
      object: `The job pod ${POD}`,
      cause: 'starting on node node-1: 0 of 2 containers run',
      hint: 'kubectl describe pod shows what is slow',
    },
  },
  hasEnded(
    'the program of the container is not in the image',
    'StartError',
    'exec: "/entrypoint": stat /entrypoint: no such file or directory',
    'Check that the program is in the image and can be executed',
  ),
  hasEnded(
    'the ended container had no shell',
    'StartError',
    'exec: "sh": executable file not found in $PATH',
    'use an image with a POSIX shell',
    'STEP_INVALID',
  ),
  hasEnded(
    'the ended container was for another processor',
    'Error',
    'exec /bin/sh: exec format error',
    'built for another processor than that of the node',
  ),
  hasEnded(
    'the node has lost the container',
    'ContainerStatusUnknown',
    'The container could not be located when the pod was terminated',
    'look whether it was restarted',
  ),
  hasEnded(
    'the container ends with an error',
    'Error',
    'reading config\nno such file: /etc/app.yaml',
    'the end of its log is above',
  ),
  hasEnded(
    'the job container ends without an error',
    'Completed',
    'nothing to do',
    'Correct the command, the variables or the image',
  ),
  {
    title: 'the container needs more memory than the node has',
    status: ended('OOMKilled', '', 137),
    says: {
      code: 'POD_FAILED',
      object: JOB,
      cause: 'was OOMKilled: the node had no more memory for it',
      hint: 'Request more memory for the container',
    },
  },
  {
    title: 'the container needs more memory than its limit',
    status: ended('OOMKilled', '', 137),
    container: { createOptions: '--memory 64m' },
    says: {
      code: 'POD_FAILED',
      object: JOB,
      cause: 'it used more memory than its limit of',
      hint: 'Raise the memory limit of the container',
    },
  },
  {
    title: 'an init container of the template fails',
    template: 'spec: { initContainers: [{ name: fetch, image: "fetch:1" }] }',
    status: {
      phase: 'Pending',
      initContainerStatuses: ended('Error', 'no route to host', 4, 'fetch').containerStatuses ?? [],
    },
    says: {
      code: 'POD_FAILED',
      object: `container fetch of pod ${POD}`,
      cause: 'ended with exit code 4 (Error: no route to host)',
      hint: 'Correct the command, the variables or the image',
    },
  },
  {
    title: 'a sidecar of the template fails',
    template: 'spec: { containers: [{ name: side, image: "side:1" }] }',
    status: ended('Error', 'license expired', 3, 'side'),
    says: {
      code: 'POD_FAILED',
      object: `container side of pod ${POD}`,
      cause: 'license expired',
      hint: 'Correct the command, the variables or the image',
    },
  },
  podFailed(
    "the runner's node has no room left",
    'OutOfcpu',
    "Node didn't have enough resource: cpu, requested: 1000, used: 1900, capacity: 2000",
    "The runner's node has no room left for the pod",
  ),
  podFailed(
    'the node does not match the pod any more',
    'NodeAffinity',
    'Predicate NodeAffinity failed',
    'use a work volume that can be mounted on other nodes',
  ),
  podFailed(
    'the kubelet evicts the pod',
    'Evicted',
    'The node was low on resource: ephemeral-storage.',
    'Request more of what ran short',
  ),
  podFailed(
    'the pod gives way to one of higher priority',
    'Preempting',
    'Preempted in order to admit critical pod',
    'protect the pod from disruption',
  ),
  podFailed(
    'the time of the pod is up',
    'DeadlineExceeded',
    'Pod was active on the node longer than the specified deadline',
    'Raise ACTIONS_RUNNER_HOOK_JOB_MAX_SECONDS',
  ),
  podFailed(
    'the node is shut down',
    'Terminated',
    'Pod was terminated in response to imminent node shutdown.',
    'spot instances vanish like this',
  ),
  {
    title: 'no node has room',
    status: unscheduled('Unschedulable', '0/3 nodes are available: 3 Insufficient memory.'),
    says: {
      code: 'POD_TIMEOUT',
      object: `The job pod ${POD}`,
      cause: 'waiting for a node: 0/3 nodes are available: 3 Insufficient memory.',
      hint: 'Make room on the nodes',
    },
  },
  {
    title: 'a scheduling gate is not removed',
    status: unscheduled('SchedulingGated', 'Scheduling is blocked due to non-empty scheduling gates'),
    says: {
      code: 'POD_TIMEOUT',
      object: `The job pod ${POD}`,
      cause: 'Scheduling is blocked due to non-empty scheduling gates',
      hint: 'ACTIONS_RUNNER_PREPARE_JOB_TIMEOUT_SECONDS',
    },
  },
  {
    title: 'somebody deletes the pod',
    deleted: true,
    says: {
      code: 'POD_FAILED',
      object: `pod ${POD}`,
      cause: 'was deleted while it was in use',
      hint: 'Find out who deleted it',
    },
  },
];

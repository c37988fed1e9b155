import { expect } from 'chai';
import { failureOf, FAILURES, type Handling, type Place } from '../../src/pods/failures.js';

/** What kubelet, scheduler and runtimes have been seen to say, and what becomes of the wait. */
const SEEN: readonly [at: Place, reason: string, message: string, handling: Handling, hint: RegExp][] = [
  ['waiting', 'ErrImagePull', 'manifest unknown', 'fail', /credentials/],
  ['waiting', 'ImagePullBackOff', 'Back-off pulling image "x"', 'grace', /reached from the node/],
  ['waiting', 'RegistryUnavailable', 'no answer', 'grace', /reached from the node/],
  ['waiting', 'ImageInspectError', 'x', 'grace', /reached/],
  ['waiting', 'InvalidImageName', 'couldn’t parse', 'fail', /name of the image/],
  ['waiting', 'ErrImageNeverPull', 'x', 'fail', /pull policy/],
  ['waiting', 'SignatureValidationFailed', 'x', 'fail', /Sign the image/],
  [
    'waiting',
    'CreateContainerConfigError',
    'failed to sync secret cache: timed out',
    'grace',
    /load of node/,
  ],
  [
    'waiting',
    'CreateContainerConfigError',
    'configmap "c" not found',
    'fail',
    /Create the object or the key/,
  ],
  ['waiting', 'CreateContainerConfigError', `couldn't find key k in Secret ci/s`, 'fail', /or the key/],
  [
    'waiting',
    'CreateContainerConfigError',
    'container has runAsNonRoot and image will run as root',
    'fail',
    /RUN_AS_USER/,
  ],
  ['waiting', 'CreateContainerConfigError', 'services have not yet been read', 'fail', /not there/],
  ['waiting', 'CreateContainerError', 'context deadline exceeded', 'grace', /load and the disk/],
  ['waiting', 'CreateContainerError', 'no such device', 'fail', /devices/],
  ['waiting', 'RunContainerError', 'exec: "sh": executable file not found in $PATH', 'fail', /has no sh/],
  ['waiting', 'RunContainerError', 'exec /app: exec format error', 'fail', /another processor/],
  ['waiting', 'RunContainerError', 'no', 'fail', /security context/],
  ['waiting', 'PostStartHookError', 'x', 'fail', /lifecycle hook/],
  ['waiting', 'CrashLoopBackOff', 'back-off 10s', 'fail', /see its log/],
  ['waiting', 'ContainerCreating', '', 'wait', /describe pod/],
  ['waiting', 'PodInitializing', '', 'wait', /describe pod/],
  [
    'ended',
    'StartError',
    'runc create failed: exec: "sh": executable file not found in $PATH: unknown',
    'fail',
    /has no sh/,
  ],
  ['ended', 'StartError', 'exec: "/bin/sh": stat /bin/sh: no such file or directory', 'fail', /has no sh/],
  ['ended', 'StartError', 'exec: "/app": permission denied', 'fail', /can be executed/],
  ['ended', 'Error', 'exec /usr/bin/sh: exec format error\n', 'fail', /another processor/],
  ['ended', 'Error', 'no config\n', 'fail', /command, the variables/],
  ['ended', 'Completed', '', 'fail', /command, the variables/],
  ['ended', 'ContainerStatusUnknown', '', 'fail', /lost the container/],
  ['pod', 'OutOfcpu', '', 'fail', /no room left/],
  ['pod', 'OutOfpods', '', 'fail', /no room left/],
  ['pod', 'NodeAffinity', '', 'fail', /no room left/],
  ['pod', 'Evicted', 'low on memory', 'fail', /Request more/],
  ['pod', 'Preempting', '', 'fail', /Request more/],
  ['pod', 'DeadlineExceeded', '', 'fail', /JOB_MAX_SECONDS/],
  ['pod', 'NodeLost', '', 'fail', /spot instances/],
  ['pod', 'Terminated', 'node shutdown', 'fail', /spot instances/],
  ['pod', 'Unschedulable', '0/1 nodes', 'wait', /Make room/],
  ['pod', 'SchedulingGated', '', 'wait', /Make room/],
];

describe('the table of failures', () => {
  for (const [at, reason, message, handling, hint] of SEEN)
    it(`has ${at} ${reason}${message && `: ${message.trim()}`}: ${handling}`, () => {
      const row = failureOf(at, reason, message);
      expect(row?.handling).to.equal(handling);
      expect(row?.hint).to.match(hint);
    });

  it('has no row that nothing reaches', () => {
    const reached = new Set(SEEN.map(([at, reason, message]) => failureOf(at, reason, message)));
    expect(FAILURES.filter((row) => !reached.has(row)).map(({ at, hint }) => `${at}: ${hint}`)).to.deep.equal(
      [
        // The same image without sh or for another processor, said of the other place.
      ],
    );
  });

  it('lets a newer Kubernetes say what it does not know', () => {
    expect(failureOf('waiting', 'SomethingNew', 'x')).to.equal(undefined);
    expect(failureOf('waiting', '', '')).to.equal(undefined);
  });
});

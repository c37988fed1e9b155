import { expect } from 'chai';
import { endedContainers, startState } from '../../src/pods/status.js';
import { pod, type PodBuilder } from '../support/pod.js';

const started = { startedAt: '2026-01-01T00:00:00Z' };

describe('startState', () => {
  const RUNNING: readonly [title: string, pod: PodBuilder][] = [
    ['all its containers run', pod().onNode().running('job').running('podhooks')],
    [
      'its init containers have ended well',
      pod()
        .onNode()
        .init('prepare', { terminated: { exitCode: 0 } })
        .running('job'),
    ],
    [
      'a sidecar among its init containers runs',
      pod().onNode().init('mesh', { running: started }).running('job'),
    ],
    [
      'a service has done its work',
      pod().onNode().running('job').terminated('migrate', { exitCode: 0, reason: 'Completed' }),
    ],
  ];
  for (const [title, built] of RUNNING)
    it(`is running when ${title}`, () => {
      expect(startState(built.build())).to.deep.equal({ kind: 'running' });
    });

  const WAITING: readonly [title: string, pod: PodBuilder, why: string][] = [
    ['nothing is known', pod(), 'waiting for a node'],
    [
      'no node has room',
      pod().condition(
        'PodScheduled',
        'False',
        'Unschedulable',
        '0/3 nodes are available: 3 Insufficient cpu.',
      ),
      'waiting for a node: 0/3 nodes are available: 3 Insufficient cpu.',
    ],
    [
      'the scheduler gives a reason only',
      pod().condition('PodScheduled', 'False', 'SchedulingGated'),
      'waiting for a node: SchedulingGated',
    ],
    [
      'containers are being made',
      pod().onNode().running('podhooks').waiting('job', 'ContainerCreating'),
      'starting on node node-1: 1 of 2 containers run',
    ],
    [
      'init containers work',
      pod().onNode().init('prepare', { running: started }).waiting('job', 'PodInitializing'),
      'starting on node node-1: 0 of 1 containers run',
    ],
  ];
  for (const [title, built, why] of WAITING)
    it(`waits when ${title}`, () => {
      expect(startState(built.build())).to.include({ kind: 'waiting', why });
    });

  const pulling = (reason: string, message: string) => pod().onNode().waiting('job', reason, message);
  const PASSING = [
    'dial tcp: i/o timeout',
    'toomanyrequests: rate limit exceeded',
    'Back-off pulling image "x"',
    'unexpected status 503 Service Unavailable',
    '',
  ];
  for (const message of PASSING)
    for (const reason of ['ErrImagePull', 'ImagePullBackOff'])
      it(`is retryable after ${reason}: ${message}`, () => {
        expect(startState(pulling(reason, message).build())).to.deep.equal({
          kind: 'retryable',
          reason: {
            what: `the image image-of-job of container job of pod job-pod cannot be pulled from docker.io: ${message || reason}`,
            image: 'image-of-job',
          },
        });
      });

  const PERMANENT = [
    'failed to resolve reference "x": not found',
    'manifest unknown',
    'failed to authorize: 401 Unauthorized',
    'pull access denied, repository does not exist or may require authorization',
    '403 Forbidden',
    'no basic auth credentials',
    'no match for platform in manifest',
  ];
  for (const message of PERMANENT)
    for (const reason of ['ErrImagePull', 'ImagePullBackOff'])
      it(`fails at once for ${reason}: ${message}`, () => {
        const state = startState(pulling(reason, message).build());
        expect(state.kind).to.equal('failed');
        expect(state).to.have.nested.property('reason.what').that.contains(message);
      });

  it('is retryable when a kubelet does not get to a secret in time: it tries again', () => {
    const message = 'failed to sync secret cache: timed out waiting for the condition';
    const state = startState(pod().onNode().waiting('job', 'CreateContainerConfigError', message).build());
    expect(state.kind).to.equal('retryable');
    expect(state).to.have.nested.property('reason.what').that.contains(message);
  });

  const TERMINAL: readonly [title: string, pod: PodBuilder, what: string, hint: RegExp][] = [
    ...(
      [
        ['InvalidImageName', /name of the image/],
        ['ErrImageNeverPull', /pull policy/],
        ['CreateContainerConfigError', /secret or a config map/],
        ['CreateContainerError', /mounts, devices/],
        ['RunContainerError', /command and its security context/],
        ['CrashLoopBackOff', /see its log/],
      ] as const
    ).map(([reason, hint]): [string, PodBuilder, string, RegExp] => [
      reason,
      pod().onNode().running('podhooks').waiting('job', reason, 'the words'),
      `container job of pod job-pod cannot start: ${reason}: the words`,
      hint,
    ]),
    [
      'a container that has ended',
      pod()
        .onNode()
        .running('job')
        .terminated('redis', { exitCode: 1, reason: 'Error', message: 'no config\n' }),
      'container redis of pod job-pod ended with exit code 1 (Error: no config)',
      /log/,
    ],
    [
      'a container that has ended, with the end of its log',
      pod()
        .onNode()
        .running('job')
        .terminated('redis', {
          exitCode: 1,
          reason: 'Error',
          message: Array.from({ length: 30 }, (_, line) => `line ${line}\n`).join(''),
        }),
      `container redis of pod job-pod ended with exit code 1 (Error); the end of its log:\n${Array.from({ length: 10 }, (_, line) => `  line ${line + 20}`).join('\n')}`,
      /log/,
    ],
    [
      'a helper that has ended well',
      pod().onNode().running('job').terminated('podhooks', { exitCode: 0 }),
      'container podhooks of pod job-pod ended with exit code 0',
      /command/,
    ],
    [
      'a container that has ended well',
      pod().onNode().terminated('job', { exitCode: 0, reason: 'Completed' }),
      'container job of pod job-pod ended with exit code 0 (Completed)',
      /command/,
    ],
    [
      'a container without memory',
      pod().onNode().terminated('job', { exitCode: 137, reason: 'OOMKilled' }),
      'container job of pod job-pod was OOMKilled: the node had no more memory for it',
      /Request more memory/,
    ],
    [
      'a container that crashed before',
      pod()
        .onNode()
        .state('redis', { waiting: { reason: 'CrashLoopBackOff' } }, { terminated: { exitCode: 3 } }),
      'container redis of pod job-pod ended with exit code 3',
      /log/,
    ],
    [
      'an init container that failed',
      pod()
        .onNode()
        .init('prepare', { terminated: { exitCode: 2 } })
        .waiting('job', 'PodInitializing'),
      'container prepare of pod job-pod ended with exit code 2',
      /log/,
    ],
    [
      'an init container whose image is not there',
      pod()
        .onNode()
        .init('prepare', { waiting: { reason: 'InvalidImageName', message: 'bad' } }),
      'container prepare of pod job-pod cannot start: InvalidImageName: bad',
      /name of the image/,
    ],
    [
      'a node without room',
      pod().onNode().phase('Failed', 'OutOfcpu', 'Node did not have enough resource: cpu'),
      'pod job-pod ended before its job began: OutOfcpu: Node did not have enough resource: cpu',
      /no room left/,
    ],
    [
      'a node that does not fit',
      pod().onNode().phase('Failed', 'NodeAffinity', 'Pod was rejected'),
      'pod job-pod ended before its job began: NodeAffinity: Pod was rejected',
      /no room left/,
    ],
    [
      'a pod that failed for another reason',
      pod().onNode().phase('Failed', 'UnexpectedAdmissionError', 'x'),
      'pod job-pod ended before its job began: UnexpectedAdmissionError: x',
      /events/,
    ],
    [
      'a pod that has ended without a word',
      pod().phase('Succeeded'),
      'pod job-pod ended before its job began: Succeeded',
      /events/,
    ],
    [
      'a pod that is being deleted',
      pod().onNode().running('job').deleted(),
      'pod job-pod was deleted while it was in use',
      /who deleted/,
    ],
  ];
  for (const [title, built, what, hint] of TERMINAL)
    it(`fails for ${title}`, () => {
      const state = startState(built.build());
      expect(state.kind).to.equal('failed');
      expect(state).to.have.nested.property('reason.what', what);
      expect(state).to.have.nested.property('reason.hint').that.matches(hint);
    });
});

describe('endedContainers', () => {
  it('are those that have ended without an error', () => {
    const running = pod().running('job').terminated('migrate', { exitCode: 0 });
    expect(endedContainers(running.build())).to.deep.equal(['migrate']);
    expect(endedContainers(pod().build())).to.deep.equal([]);
  });
});

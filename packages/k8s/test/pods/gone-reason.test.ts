import { expect } from 'chai';
import { goneReason } from '../../src/pods/status.js';
import { pod, type PodBuilder } from '../support/pod.js';

describe('goneReason', () => {
  const alive = pod().onNode().phase('Running').running('job').running('podhooks');
  const PRESENT: readonly [title: string, pod: PodBuilder][] = [
    ['runs', alive],
    ['runs beside one that has ended', alive.terminated('redis', { exitCode: 1 })],
    ['runs where the API server knows no status yet', pod().onNode()],
    ['runs although a disruption was refused', alive.condition('DisruptionTarget', 'False', 'x')],
  ];
  for (const [title, built] of PRESENT)
    it(`is none for a container that ${title}`, () => {
      expect(goneReason(built.build(), 'job')).to.equal(undefined);
    });

  const gone = pod().onNode();
  const GONE: readonly [title: string, pod: PodBuilder, what: string][] = [
    [
      'eviction',
      gone
        .phase('Failed', 'Evicted', 'The node was low on resource: ephemeral-storage.')
        .terminated('job', { exitCode: 137 }),
      'pod job-pod was evicted: The node was low on resource: ephemeral-storage.',
    ],
    [
      'a disruption with a message',
      alive.condition(
        'DisruptionTarget',
        'True',
        'PreemptionByScheduler',
        'preempting to accommodate a higher priority pod',
      ),
      'pod job-pod was evicted: preempting to accommodate a higher priority pod',
    ],
    [
      'a disruption, even while it is being deleted',
      alive.condition('DisruptionTarget', 'True', 'EvictionByEvictionAPI').deleted(),
      'pod job-pod was evicted: EvictionByEvictionAPI',
    ],
    [
      'out of memory',
      gone
        .phase('Failed')
        .terminated('job', { exitCode: 137, reason: 'OOMKilled' })
        .withSpec({ containers: [{ name: 'job', resources: { limits: { memory: '64Mi' } } }] }),
      'container job of pod job-pod was OOMKilled: it used more memory than its limit of 64Mi',
    ],
    [
      'the time that it was given',
      gone
        .phase('Failed', 'DeadlineExceeded', 'Pod was active on the node longer than the specified deadline')
        .terminated('job', { exitCode: 137, reason: 'Error' }),
      'pod job-pod has ended: Pod was active on the node longer than the specified deadline',
    ],
    [
      'out of memory, before it was started again',
      alive.state(
        'own',
        { running: { startedAt: '2026-01-01T00:00:00Z' } },
        { terminated: { exitCode: 137, reason: 'OOMKilled' } },
      ),
      'container own of pod job-pod was OOMKilled: the node had no more memory for it',
    ],
    [
      'its own end',
      gone.phase('Running').terminated('job', { exitCode: 0, reason: 'Completed' }),
      'container job of pod job-pod ended with exit code 0 (Completed)',
    ],
    ['its deletion', alive.deleted(), 'pod job-pod was deleted while it was in use'],
    [
      'its deletion, when it has ended',
      gone.deleted().terminated('job', { exitCode: 143, reason: 'Error' }),
      'pod job-pod was deleted while it was in use',
    ],
    [
      'its node, by reason',
      alive.phase('Running', 'NodeLost'),
      'the node of pod job-pod does not answer any more',
    ],
    ['its node, by phase', alive.phase('Unknown'), 'the node of pod job-pod does not answer any more'],
    [
      'the end of the pod',
      alive.phase('Failed', 'Shutdown', 'Pod was terminated'),
      'pod job-pod has ended: Pod was terminated',
    ],
    ['the end of the pod without a word', alive.phase('Succeeded'), 'pod job-pod has ended: Succeeded'],
  ];
  for (const [title, built, what] of GONE)
    it(`is ${title}`, () => {
      const reason = goneReason(built.build(), title.includes('started again') ? 'own' : 'job');
      expect(reason?.what).to.equal(what);
      expect(reason?.hint).to.be.a('string').and.not.be.empty;
    });
});

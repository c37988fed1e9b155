import { expect } from 'chai';
import { readyState } from '../../src/pods/readiness.js';
import type { Container } from '../../src/model/kubernetes.js';
import { pod } from '../support/pod.js';

const running = { startedAt: '2026-01-01T00:00:00Z' };
const side = (probes: Partial<Container>, status: { ready: boolean; started?: boolean }) => {
  const built = pod().onNode().running('job').build();
  const more = { name: 'side', image: 'a', imageID: '', restartCount: 0, state: { running }, ...status };
  return {
    ...built,
    spec: { ...built.spec, containers: [...(built.spec?.containers ?? []), { name: 'side', ...probes }] },
    status: { ...built.status, containerStatuses: [...(built.status?.containerStatuses ?? []), more] },
  };
};

describe('probes of containers', () => {
  const PROBES: readonly [title: string, probes: Partial<Container>, started: boolean, seen: string][] = [
    [
      'HTTP',
      { readinessProbe: { httpGet: { path: '/up', port: 80 } } },
      true,
      'readiness probe (HTTP GET /up on port 80)',
    ],
    ['exec', { readinessProbe: { exec: { command: ['pg', 'up'] } } }, true, 'readiness probe (exec pg up)'],
    ['TCP', { readinessProbe: { tcpSocket: { port: 'db' } } }, true, 'readiness probe (TCP port db)'],
    [
      'startup',
      { startupProbe: { grpc: { port: 9 } }, readinessProbe: { tcpSocket: { port: 1 } } },
      false,
      'startup probe (gRPC port 9)',
    ],
  ];
  for (const [title, probes, started, seen] of PROBES)
    it(`are waited for, and named: ${title}`, () => {
      expect(readyState(side(probes, { ready: false, started }))).to.deep.equal({
        kind: 'waiting',
        why: `container side runs and is not ready: its ${seen} has not succeeded`,
      });
    });

  it('are not waited for when they have succeeded', () => {
    const probes = { readinessProbe: { tcpSocket: { port: 1 } } };
    expect(readyState(side(probes, { ready: true, started: true })).kind).to.equal('running');
  });

  it('of a sidecar among the init containers count, too', () => {
    const mesh = {
      name: 'mesh',
      restartPolicy: 'Always',
      readinessProbe: { httpGet: { port: 15021 } },
    };
    const status = {
      name: 'mesh',
      image: 'a',
      imageID: '',
      restartCount: 0,
      ready: false,
      state: { running },
    };
    const built = pod()
      .onNode()
      .running('job')
      .withSpec({ initContainers: [mesh] })
      .withStatus({ initContainerStatuses: [status] });
    expect(readyState(built.build())).to.deep.equal({
      kind: 'waiting',
      why: 'container mesh runs and is not ready: its readiness probe (HTTP GET / on port 15021) has not succeeded',
    });
  });
});

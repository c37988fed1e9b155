import { expect } from 'chai';
import { waitForOthers } from '../../src/ready/wait-for-others.js';
import type { Pod } from '../../src/model/kubernetes.js';
import { commandContext } from '../support/command-context.js';
import { FakeCluster } from '../support/fake-cluster.js';
import { pod } from '../support/pod.js';
import { hookRejection } from '../support/rejection.js';

const JOB = pod().onNode().running('job');
const RUNNING = JOB.running('redis').build();
const CRASHED = JOB.terminated('redis', { exitCode: 1, reason: 'Error', message: 'no config\n' }).build();
const DONE = JOB.terminated('redis', { exitCode: 0, reason: 'Completed' }).build();

/** The pod runs; then it comes to be in these states, one after the other. */
function wait(later: Pod[], withinMs?: number) {
  const cluster = new FakeCluster();
  cluster.states = later;
  const { context, out } = commandContext(cluster);
  let prepared: () => void = () => undefined;
  const preparing = new Promise<void>((resolve) => (prepared = resolve));
  const healthChecks = withinMs === undefined ? [] : [{ container: 'redis', withinMs }];
  const others = {
    running: Promise.resolve(withinMs === undefined ? RUNNING : SICK),
    preparing,
    healthChecks,
  };
  return { result: waitForOthers(others, context), cluster, out, prepared };
}

/** The pod with a service that is not healthy yet. */
function unhealthy(built: Pod): Pod {
  const containerStatuses = built.status?.containerStatuses?.map((status) =>
    status.name === 'redis' ? { ...status, ready: false } : status,
  );
  return { ...built, status: { ...built.status, ...(containerStatuses && { containerStatuses }) } };
}
const SICK = unhealthy(RUNNING);

describe('waitForOthers', () => {
  it('finds a service that ends with an error a moment after all were running', async () => {
    const { result, prepared } = wait([CRASHED]);
    prepared();
    const { message } = await hookRejection('POD_FAILED', result);
    expect(message).to.equal(
      'The job pod cannot start: container redis of pod job-pod ended with exit code 1 (Error: no config)',
    );
  });

  it('asks nothing more of services that started after the job container was ready', async () => {
    const cluster = new FakeCluster();
    const { context } = commandContext(cluster);
    const running = new Promise<Pod>((resolve) => setImmediate(resolve, RUNNING));
    await waitForOthers({ running, preparing: Promise.resolve(), healthChecks: [] }, context);
    expect(cluster.requests).to.deep.equal([]);
  });

  it('warns of one that has ended well', async () => {
    const { result, out, prepared } = wait([DONE]);
    prepared();
    await result;
    expect(out.warnings).to.deep.equal([
      'Container redis of pod job-pod has ended, with exit code 0: no step can reach it.',
    ]);
  });

  it('waits until a service is healthy', async () => {
    const { result, cluster, prepared } = wait([SICK, SICK, RUNNING], 60_000);
    prepared();
    await result;
    expect(cluster.requests).to.deep.equal(Array(4).fill('get pods job-pod'));
  });

  for (const [log, words] of [
    ['first\nlast\n', 'the end of its log:\n  first\n  last'],
    ['', 'it has printed nothing'],
  ] as const)
    it(`fails with what a service has printed that is not healthy in its time: ${words.split('\n', 1).join()}`, async () => {
      const { result, cluster, prepared } = wait([SICK], 500);
      cluster.logs = [
        ({ onBytes }) => onBytes(Buffer.from(log.replaceAll(/^(?=.)/gm, '2026-01-01T00:00:00.000000000Z '))),
      ];
      prepared();
      const { message, hint } = await hookRejection('POD_FAILED', result);
      expect(message).to.equal(
        `Service redis of pod job-pod is not healthy after 0.5 s: its --health-cmd has not succeeded once; ${words}`,
      );
      expect(hint).to.contain('--health-cmd').and.contain('--health-retries');
    });

  it('does not wait for the health of a service that has ended', async () => {
    const { result, prepared } = wait([DONE], 60_000);
    prepared();
    const { message } = await hookRejection('POD_FAILED', result);
    expect(message).to.contain('Service redis of pod job-pod ended with exit code 0 before it was healthy');
  });

  it('tells of a service that ends with an error before it is healthy by its end', async () => {
    const { result, prepared } = wait([CRASHED], 60_000);
    prepared();
    const { message } = await hookRejection('POD_FAILED', result);
    expect(message).to.contain('container redis of pod job-pod ended with exit code 1');
  });
});

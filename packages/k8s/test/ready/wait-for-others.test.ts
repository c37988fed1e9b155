import { expect } from 'chai';
import { waitForOthers } from '../../src/ready/wait-for-others.js';
import type { Pod } from '../../src/model/kubernetes.js';
import { commandContext } from '../support/command-context.js';
import { FakeCluster, refusal } from '../support/fake-cluster.js';
import { pod } from '../support/pod.js';
import { hookRejection } from '../support/rejection.js';

const JOB = pod().onNode().running('job');
const RUNNING = JOB.running('redis').build();
const CRASHED = JOB.terminated('redis', { exitCode: 1, reason: 'Error', message: 'no config\n' }).build();
const DONE = JOB.terminated('redis', { exitCode: 0, reason: 'Completed' }).build();

/** The pod runs as `seen`; while the job container is still being prepared it comes to be as `later`. */
function wait(seen: Pod, later: Pod) {
  const cluster = new FakeCluster();
  cluster.states = [later];
  const { context, out } = commandContext(cluster);
  let prepared: () => void = () => undefined;
  const preparing = new Promise<void>((resolve) => (prepared = resolve));
  const result = waitForOthers('job-pod', Promise.resolve(seen), preparing, context);
  return { result, cluster, out, prepared };
}

describe('waitForOthers', () => {
  it('finds a service that has ended with an error while the job container was prepared', async () => {
    const { result, prepared } = wait(RUNNING, CRASHED);
    prepared();
    const { message } = await hookRejection('POD_FAILED', result);
    expect(message).to.equal(
      'The job pod cannot start: container redis of pod job-pod ended with exit code 1 (Error: no config)',
    );
  });

  it('warns of one that has ended well', async () => {
    const { result, out, prepared } = wait(RUNNING, DONE);
    prepared();
    await result;
    expect(out.warnings).to.deep.equal([
      'Container redis of pod job-pod has ended, with exit code 0: no step can reach it.',
    ]);
  });

  it('finds a sidecar that has ended although the status does not say so yet', async () => {
    const cluster = new FakeCluster();
    cluster.states = [RUNNING, CRASHED];
    cluster.execs = [
      () => {
        throw refusal(500, 'failed to create exec "2": cannot exec in a deleted state: unknown');
      },
    ];
    const { context } = commandContext(cluster);
    const late = new Promise<Pod>((resolve) => setImmediate(() => resolve(RUNNING)));
    const { message } = await hookRejection(
      'POD_FAILED',
      waitForOthers('job-pod', late, Promise.resolve(), context, undefined, ['redis']),
    );
    expect(message).to.contain('container redis of pod job-pod ended with exit code 1 (Error: no config)');
    expect(cluster.requests[0]).to.equal('exec job-pod redis true');
  });

  it('does not look again when the job container was ready before and all still run', async () => {
    const cluster = new FakeCluster();
    const { context, out } = commandContext(cluster);
    const late = new Promise<Pod>((resolve) => setImmediate(() => resolve(RUNNING)));
    await waitForOthers('job-pod', late, Promise.resolve(), context, undefined, ['redis']);
    expect(cluster.requests).to.deep.equal(['exec job-pod redis true']);
    expect(out.warnings).to.deep.equal([]);
  });
});

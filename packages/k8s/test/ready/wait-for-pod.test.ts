import { expect } from 'chai';
import { JOB_POD, waitForPod } from '../../src/ready/wait-for-pod.js';
import type { Pod } from '../../src/model/kubernetes.js';
import { commandContext } from '../support/command-context.js';
import { FakeCluster, refusal } from '../support/fake-cluster.js';
import { pod } from '../support/pod.js';
import { hookRejection, rejection } from '../support/rejection.js';

const never = new AbortController().signal;
const CREATED = pod().build();
const STARTING = pod().onNode().waiting('job', 'ContainerCreating').build();
const RUNNING = pod().onNode().running('job').build();

/** Waits for a pod that comes to be in these states, one after the other. */
function wait(states: (Pod | Error)[], environment: Record<string, string> = {}, signal = never) {
  const cluster = new FakeCluster();
  cluster.states = states;
  const { context, out } = commandContext(cluster, environment);
  return { cluster, out, result: waitForPod(JOB_POD, CREATED, context, signal) };
}

describe('waitForPod', () => {
  it('looks until all containers run, and gives the pod as it then is', async () => {
    const { result, cluster } = wait([CREATED, STARTING, RUNNING]);
    expect(await result).to.equal(RUNNING);
    expect(cluster.requests).to.deep.equal(Array(3).fill('get pods job-pod'));
  });

  it('does not ask again for a pod that runs already', async () => {
    const cluster = new FakeCluster();
    expect(await waitForPod(JOB_POD, RUNNING, commandContext(cluster).context, never)).to.equal(RUNNING);
    expect(cluster.requests).to.deep.equal([]);
  });

  it('fails at once for a pod that can never run', async () => {
    const broken = pod().onNode().waiting('job', 'InvalidImageName', 'bad name').build();
    const { result, cluster } = wait([broken]);
    const error = await hookRejection('POD_FAILED', result);
    expect(error.message).to.equal(
      'The job pod cannot start: container job of pod job-pod cannot start: InvalidImageName: bad name',
    );
    expect(error.hint).to.contain('name of the image');
    expect(cluster.requests).to.have.length(1);
  });

  const RETRYABLE = pod().onNode().waiting('job', 'ErrImagePull', 'i/o timeout').build();

  it('waits for a registry that is down for a moment', async () => {
    expect(await wait([RETRYABLE, STARTING, RUNNING]).result).to.equal(RUNNING);
  });

  it('restarts the grace period after each failure, as for one image after the other', async () => {
    const states = Array.from({ length: 4 }, () => [RETRYABLE, STARTING]).flat();
    const grace = { ACTIONS_RUNNER_HOOK_IMAGE_PULL_GRACE_SECONDS: '0.25' };
    expect(await wait([...states, RUNNING], grace).result).to.equal(RUNNING);
  });

  it('fails when a registry stays down for longer than the grace period', async () => {
    const { result, cluster } = wait([RETRYABLE], { ACTIONS_RUNNER_HOOK_IMAGE_PULL_GRACE_SECONDS: '0.15' });
    const error = await hookRejection('POD_FAILED', result);
    expect(error.message).to.contain('i/o timeout');
    expect(error.hint).to.contain('Pull secrets of the pod: none');
    expect(cluster.requests.length).to.be.greaterThan(1);
  });

  it('looks at the pull secrets only when an image cannot be pulled', async () => {
    const named = { imagePullSecrets: [{ name: 'gone' }] };
    const denied = pod().onNode().withSpec(named).waiting('job', 'ErrImagePull', '401 Unauthorized').build();
    const { result, cluster, out } = wait([STARTING, denied]);
    const error = await hookRejection('POD_FAILED', result);
    expect(error.hint).to.contain('gone (does not exist)');
    expect(cluster.requests.filter((request) => request.includes('secrets'))).to.deep.equal([
      'get secrets gone',
    ]);
    expect(out.warnings).to.have.length(1);

    const fine = wait([STARTING, pod().onNode().withSpec(named).running('job').build()]);
    await fine.result;
    expect(fine.cluster.requests.filter((request) => request.includes('secrets'))).to.deep.equal([]);
  });

  it('fails after the time that is set, and says what the pod waits for', async () => {
    const { result } = wait([STARTING], { ACTIONS_RUNNER_PREPARE_JOB_TIMEOUT_SECONDS: '1' });
    const error = await hookRejection('POD_TIMEOUT', result);
    expect(error.message).to.equal(
      'The job pod job-pod did not start within 1 s: starting on node node-1: 0 of 1 containers run',
    );
    expect(error.hint).to.contain('ACTIONS_RUNNER_PREPARE_JOB_TIMEOUT_SECONDS');
  });

  it('says once what it waits for when it takes longer', async () => {
    const full = pod().condition('PodScheduled', 'False', 'Unschedulable', '0/1 nodes').build();
    const { result, out } = wait([full], { ACTIONS_RUNNER_PREPARE_JOB_TIMEOUT_SECONDS: '2.6' });
    await hookRejection('POD_TIMEOUT', result);
    expect(out.lines).to.deep.equal(['waiting for a node: 0/1 nodes']);
  });

  it('says nothing about a pod that starts soon', async () => {
    const { result, out } = wait([STARTING, RUNNING]);
    await result;
    expect(out.lines).to.deep.equal([]);
  });

  it('ends when it is cancelled', async () => {
    const controller = new AbortController();
    const { result } = wait([STARTING], {}, controller.signal);
    controller.abort();
    expect((await rejection(Error, result)).name).to.equal('AbortError');
  });

  it('fails when the pod is gone', async () => {
    const { result } = wait([refusal(404, 'not found')]);
    expect((await rejection(Error, result)).name).to.equal('ApiError');
  });
});

import { setTimeout as sleep } from 'node:timers/promises';
import type { HookContainer } from '@podhooks/hooklib';
import { expect } from 'chai';
import type { RunningJob } from '../../src/commands/job-state.js';
import { runContainerStep } from '../../src/commands/run-container-step.js';
import type { Pod } from '../../src/model/kubernetes.js';
import { commandContext } from '../support/command-context.js';
import { containerStep } from '../support/containers.js';
import { FakeCluster, refusal } from '../support/fake-cluster.js';
import { pod } from '../support/pod.js';
import { hookRejection, rejection } from '../support/rejection.js';
import { ephemeral, runnerPod } from '../support/runner-pods.js';
import { settled } from '../support/settled.js';
import { until } from '../support/until.js';

const RUNNER = runnerPod(ephemeral('ReadWriteOnce'));
const JOB: RunningJob = { jobPod: 'job-pod', mode: 'volume', environment: {} };
const POD = pod('step-pod').onNode();
const RUNNING = POD.running('job').build();
const ENDED = POD.terminated('job', { exitCode: 42, reason: 'Error' }).build();
const HELLO: FakeCluster['logs'][number] = ({ onBytes }) =>
  onBytes(Buffer.from('2026-01-01T00:00:00.000000000Z hello\n'));

describe('runContainerStep', () => {
  let cluster: FakeCluster;
  beforeEach(() => {
    cluster = new FakeCluster();
    cluster.logs = [HELLO];
  });
  /** What a fault keeps running ends with its test. */
  let cancelRun: () => void = () => undefined;
  afterEach(() => cancelRun());

  const run = (
    states: (Pod | Error)[],
    parts: Partial<HookContainer> = {},
    job?: RunningJob,
    environment: Record<string, string> = {},
  ) => {
    cluster.states = states;
    const given = commandContext(cluster, environment, job);
    const input = containerStep('v12');
    const result = runContainerStep(
      { ...input, state: null, args: { ...input.args, ...parts } },
      given.context,
    );
    result.catch(() => undefined);
    cancelRun = given.cancel;
    return { ...given, result };
  };
  /** Requests, without what is random in names. */
  const requests = () => cluster.requests.map((request) => request.replace(/(step)-\w{5}$/, '$1-ID'));

  it('creates nothing for an image that is not allowed', async () => {
    const { result } = run([RUNNER], {}, undefined, {
      ACTIONS_RUNNER_HOOK_IMAGES_ALLOW: 'ghcr.io/our-org/*',
    });
    const { message } = await hookRejection('UNSUPPORTED', result);
    expect(message).to.contain('of the docker action is not allowed');
    expect(cluster.requests).to.deep.equal([]);
  });

  it('makes secret and pod, passes on the output, gives the exit code and removes both', async () => {
    const { result, out } = run([RUNNER, RUNNING, ENDED]);
    expect(await result).to.equal(42);
    expect(out.output).to.equal('hello\n');
    expect(requests().filter((request) => !request.startsWith('log '))).to.deep.equal(
      [
        'get pods runner-1',
        'create secrets runner-1-step-ID',
        'create pods runner-1-step-ID',
        'get pods ',
        'get pods ',
        'delete pods runner-1-step-ID',
        'delete secrets runner-1-step-ID',
      ].map((request) => (request === 'get pods ' ? 'get pods runner-1-step-ID' : request)),
    );
    expect(out.lines).to.deep.equal([]);
  });

  it('looks at the job pod for the names of its services', async () => {
    const job = pod('job-pod')
      .ownedBy(RUNNER)
      .running('job')
      .running('redis')
      .withStatus({ podIP: '10.0.0.7' })
      .build();
    await run([RUNNER, job, ENDED], {}, JOB).result;
    expect(cluster.requests[1]).to.equal('get pods job-pod');
    expect(cluster.created[0]?.spec?.hostAliases).to.have.length(1);
  });

  it('takes no pod of the name for the job pod that is not its runner’s', async () => {
    const other = pod('job-pod').ownedBy(pod('runner-2').build()).running('job').running('redis').build();
    const { message } = await hookRejection('STEP_LOST', settled(run([RUNNER, other], {}, JOB).result));
    expect(message).to.contain('Pod job-pod is not the job pod of runner pod runner-1');
    expect(cluster.created).to.deep.equal([]);
  });

  it('does without a job pod that is gone', async () => {
    const { result } = run([RUNNER, refusal(404, 'gone'), ENDED], {}, JOB);
    expect(await result).to.equal(42);
    expect(cluster.created[0]?.spec).to.not.have.property('hostAliases');
  });

  it('creates nothing for a Dockerfile that is not there, and names it', async () => {
    const { result } = run([RUNNER], {
      image: null,
      dockerfile: '/home/runner/_work/_actions/o/r/v1/Dockerfile',
    });
    const { message } = await hookRejection('STEP_INVALID', result);
    expect(message).to.contain('there is no file /home/runner/_work/_actions/o/r/v1/Dockerfile');
    expect(cluster.requests).to.deep.equal(['get pods runner-1']);
  });

  it('removes what it has made when the pod cannot start', async () => {
    const broken = POD.waiting('job', 'ErrImagePull', 'not found').build();
    const { message } = await hookRejection('POD_FAILED', run([RUNNER, broken]).result);
    expect(message).to.contain('The step pod cannot start');
    expect(requests().slice(-2)).to.deep.equal([
      'delete pods runner-1-step-ID',
      'delete secrets runner-1-step-ID',
    ]);
  });

  it('names a secret that it may not make', async () => {
    cluster.uncreatable = { secrets: refusal(403, 'no') };
    expect((await rejection(Error, run([RUNNER]).result)).message).to.contain('no');
    expect(cluster.created).to.deep.equal([]);
  });

  it('says that the step is lost when its pod is, also before it began', async () => {
    const evicted = POD.running('job').phase('Failed', 'Evicted', 'low on memory').build();
    const lost = await hookRejection('STEP_LOST', run([RUNNER, RUNNING, evicted]).result);
    expect(lost.message).to.contain('was evicted: low on memory');
    const deleted = await hookRejection('STEP_LOST', run([RUNNER, refusal(404, 'gone')]).result);
    expect(deleted.message).to.contain('was deleted');
  });

  it('says what cannot be started', async () => {
    const unstarted = POD.terminated('job', { exitCode: 128, reason: 'StartError', message: 'no such file' });
    const { message } = await hookRejection('STEP_INVALID', run([RUNNER, unstarted.build()]).result);
    expect(message).to.contain('image-of-job').and.contain('no such file');
  });

  it('does not fail an action because its pod cannot be removed: cleanup_job does that', async () => {
    const { result, out, context } = run([RUNNER, ENDED]);
    context.cluster.delete = () => Promise.reject(refusal(500, 'etcd is down'));
    expect(await result).to.equal(42);
    expect(out.debugLines.join()).to.contain('etcd is down');
    expect(out.warnings).to.deep.equal([]);
  });

  it('lets a cancelled action end by itself, passes on what it still prints, and removes everything', async () => {
    const { result, out, cancel } = run([RUNNER, RUNNING, refusal(404, 'gone')]);
    cluster.logs = [
      async ({ onBytes }) => {
        await until(graceful);
        await onBytes(Buffer.from('2026-01-01T00:00:00.000000000Z bye\n'));
      },
    ];
    const graceful = () => cluster.requests.some((request) => request.endsWith(' in 2 s'));
    await until(() => cluster.requests.some((request) => request.startsWith('log ')));
    cancel();
    expect(await result).to.equal(143);
    expect(out.output).to.equal('bye\n');
    expect(requests().slice(-2)).to.deep.equal([
      'delete pods runner-1-step-ID',
      'delete secrets runner-1-step-ID',
    ]);
  });

  it('gives up on a cancelled action whose pod does not go', async () => {
    const { result, cancel } = run([RUNNER, RUNNING]);
    cluster.logs = [(_reading, signal) => sleep(60_000, undefined, { signal })];
    await until(() => cluster.requests.some((request) => request.startsWith('log ')));
    cancel();
    expect(await settled(result, 8_000)).to.equal(143);
    expect(requests().slice(-2)).to.deep.equal([
      'delete pods runner-1-step-ID',
      'delete secrets runner-1-step-ID',
    ]);
  });

  it('gives no 0 to a step that was cancelled', async () => {
    const fine = POD.terminated('job', { exitCode: 0, reason: 'Completed' }).build();
    const { result, cancel } = run([RUNNER, RUNNING, fine]);
    cluster.logs = [() => sleep(50)];
    await until(() => cluster.requests.some((request) => request.startsWith('log ')));
    cancel();
    expect(await result).to.equal(143);
  });

  it('ends while its pod still starts when it is cancelled', async () => {
    const { result, cancel } = run([RUNNER, POD.waiting('job', 'ContainerCreating').build()]);
    await until(() => cluster.created.length > 0);
    cancel();
    expect(await result).to.equal(143);
    expect(requests().at(-2)).to.equal('delete pods runner-1-step-ID');
  });
});

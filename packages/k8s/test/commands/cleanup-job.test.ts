import { expect } from 'chai';
import { cleanupJob } from '../../src/commands/cleanup-job.js';
import { commandContext } from '../support/command-context.js';
import { FakeCluster, refusal } from '../support/fake-cluster.js';
import { ownHome } from '../support/own-home.js';
import { pod } from '../support/pod.js';
import { hookRejection, rejection } from '../support/rejection.js';

const INPUT = { command: 'cleanup_job', responseFile: '/r', args: {}, state: null } as const;

describe('cleanupJob', () => {
  ownHome();
  let cluster: FakeCluster;
  beforeEach(() => {
    cluster = new FakeCluster();
    cluster.pods = [pod('a').build(), pod('b').build()];
    cluster.secrets = [{ metadata: { name: 's' } }];
  });
  const clean = () => cleanupJob(INPUT, commandContext(cluster).context);

  it("removes the runner's pods and secrets, without knowing of any job", async () => {
    expect(await clean()).to.equal(0);
    expect(cluster.requests).to.have.members([
      'list pods runner-pod=runner-1',
      'list secrets runner-pod=runner-1',
      'delete pods a',
      'delete pods b',
      'delete secrets s',
    ]);
  });

  it('is content when there is nothing', async () => {
    cluster.pods = [];
    cluster.secrets = [];
    expect(await clean()).to.equal(0);
  });

  it('tells of a service that has failed, however late, and of no other container', async () => {
    const failed = { exitCode: 7, reason: 'Error', message: 'no config' };
    cluster.pods = [pod('a').running('redis').terminated('db', failed).terminated('job', failed).build()];
    const { context, out } = commandContext(cluster);
    await cleanupJob(INPUT, context);
    expect(out.warnings).to.deep.equal([
      'A service has failed: container db of pod a ended with exit code 7 (Error: no config)',
    ]);
  });

  it('needs no right on secrets', async () => {
    cluster.secrets = refusal(403, 'secrets is forbidden');
    expect(await clean()).to.equal(0);
    expect(cluster.requests).to.include.members(['delete pods a', 'delete pods b']);
  });

  it('removes what it can, and tells of what it cannot', async () => {
    cluster.undeletable.set('a', refusal(500, 'stuck'));
    const error = await rejection(Error, clean());
    expect(error.message).to.contain('stuck');
    expect(cluster.requests).to.include.members(['delete pods b', 'delete secrets s']);
  });

  it('fails for other faults of the API', async () => {
    cluster.secrets = refusal(500, 'etcd');
    expect((await rejection(Error, clean())).message).to.contain('etcd');
  });

  it('goes on when it is cancelled: what is left then, nobody removes', async () => {
    const { context, cancel } = commandContext(cluster);
    cancel();
    expect(await cleanupJob(INPUT, context)).to.equal(0);
    expect(cluster.requests).to.include.members(['delete pods a', 'delete pods b', 'delete secrets s']);
  });

  it('must know its runner pod', async () => {
    const { context } = commandContext(cluster, { ACTIONS_RUNNER_POD_NAME: '' });
    const error = await hookRejection('SETTINGS_INVALID', cleanupJob(INPUT, context));
    expect(error.message).to.contain('ACTIONS_RUNNER_POD_NAME');
    expect(cluster.requests).to.deep.equal([]);
  });
});

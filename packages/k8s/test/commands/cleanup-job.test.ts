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

  const LOGS: Readonly<Record<string, readonly string[]>> = {
    never: [],
    'on-failure': ['Log of service db'],
    always: ['Log of service redis', 'Log of service db'],
  };
  for (const [logs, titles] of Object.entries(LOGS))
    it(`shows the log of services at the end, before their pod is gone: ${logs}`, async () => {
      cluster.pods = [pod('a').running('redis').terminated('db', { exitCode: 1 }).running('job').build()];
      cluster.logs = [
        ({ onBytes }) => void onBytes(Buffer.from('2026-01-02T03:04:05Z ::error::of a service\n')),
      ];
      const { context, out } = commandContext(cluster, { ACTIONS_RUNNER_HOOK_SERVICES_LOGS: logs });
      await cleanupJob(INPUT, context);
      expect(out.groups).to.deep.equal(titles.map((title) => ({ title, lines: ['::error::of a service'] })));
      const requests = cluster.requests.filter((request) => /^(log|delete pods)/.test(request));
      expect(requests).to.deep.equal([...titles.map(() => 'log a'), 'delete pods a']);
    });

  it('does not wait for logs when it is cancelled', async () => {
    cluster.pods = [pod('a').terminated('db', { exitCode: 1 }).build()];
    const { context, cancel } = commandContext(cluster, { ACTIONS_RUNNER_HOOK_SERVICES_LOGS: 'always' });
    cancel();
    await cleanupJob(INPUT, context);
    expect(cluster.requests).to.not.contain('log a');
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

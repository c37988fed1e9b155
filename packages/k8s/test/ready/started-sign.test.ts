import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { expect } from 'chai';
import { givesSign, startedSign } from '../../src/ready/started-sign.js';
import { ApiError } from '../../src/cluster/api-error.js';
import { JOB_KEEP_ALIVE, STARTED } from '../../src/pod/helper.js';
import { commandContext } from '../support/command-context.js';
import { FakeCluster, refusal } from '../support/fake-cluster.js';
import { pod } from '../support/pod.js';
import { rejection } from '../support/rejection.js';
import { settled } from '../support/settled.js';
import { ShellSession } from '../support/shell-session.js';
import { SHELLS } from '../support/shells.js';
import { StepBed } from '../support/step-bed.js';

describe('the sign that the job container runs', () => {
  let bed: StepBed;
  let cluster: FakeCluster;
  beforeEach(() => {
    const [shell] = SHELLS;
    if (shell === undefined) throw new Error('no shell');
    bed = new StepBed(shell);
    cluster = new FakeCluster();
  });
  afterEach(() => bed.close());

  const inHelper: FakeCluster['execs'][number] = (handlers, command) =>
    new ShellSession(
      bed,
      handlers,
      {},
      command.map((word) => bed.local(word)),
    );
  const notYet: FakeCluster['execs'][number] = () => {
    throw refusal(500, 'container not found ("podhooks")');
  };
  const start = () => {
    const { context, cancel } = commandContext(cluster);
    const sign = startedSign('job-pod', context);
    sign.catch(() => undefined);
    return { sign, cancel };
  };

  it('comes by one exec in the helper, as soon as the job container has left it', async () => {
    cluster.execs = [inHelper];
    const { sign } = start();
    let seen = false;
    void sign.then(() => (seen = true));
    await bed.sh('sleep 0.6');
    expect(seen).to.equal(false);
    writeFileSync(bed.path('hook/started'), '');
    await settled(sign);
    expect(cluster.requests).to.have.length(1);
    expect(cluster.requests[0]).to.match(/^exec job-pod podhooks sh -c /);
  });

  it('is left by the command of the job container', async () => {
    const container = bed.exec(JOB_KEEP_ALIVE.replaceAll('/__podhooks', bed.path('hook')));
    cluster.execs = [inHelper];
    await settled(start().sign);
    container.cut();
  });

  for (const shell of SHELLS)
    it(`does not end the job container in ${shell.name} where it cannot be left`, () => {
      const nowhere = `${bed.path('nowhere')}/started`;
      const { status, signal } = spawnSync(
        shell.argv[0],
        [...shell.argv.slice(1), '-c', JOB_KEEP_ALIVE.replace(STARTED, nowhere)],
        { timeout: 500, killSignal: 'SIGKILL' },
      );
      expect({ status, signal }).to.deep.equal({ status: null, signal: 'SIGKILL' });
    });

  it('is waited for until the helper runs', async () => {
    writeFileSync(bed.path('hook/started'), '');
    cluster.execs = [notYet, notYet, inHelper];
    await settled(start().sign);
    expect(cluster.requests).to.have.length(3);
  });

  it('is given up where the API server refuses the exec', async () => {
    cluster.execs = [
      () => {
        throw refusal(403, 'cannot create resource "pods/exec"');
      },
    ];
    expect((await settled(rejection(ApiError, start().sign))).message).to.contain('pods/exec');
  });

  it('ends with the cancellation', async () => {
    cluster.execs = [inHelper];
    const { sign, cancel } = start();
    cancel();
    await settled(rejection(Error, sign));
  });

  const job = (command?: string[]) =>
    pod()
      .withSpec({ containers: [{ name: 'job', ...(command && { command }) }] })
      .build();
  it('is expected of the hook’s own command alone', () => {
    expect(givesSign(job(['sh', '-c', JOB_KEEP_ALIVE]))).to.equal(true);
    expect(givesSign(job(['sleep', '3600']))).to.equal(false);
    expect(givesSign(job())).to.equal(false);
  });
});

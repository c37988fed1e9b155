import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { expect } from 'chai';
import { runScriptStep } from '../../src/commands/run-script-step.js';
import { AgentBed } from '../support/agent-bed.js';
import { commandContext } from '../support/command-context.js';
import { FakeCluster } from '../support/fake-cluster.js';
import { pod as podState } from '../support/pod.js';
import { type Fault, ShellSession } from '../support/shell-session.js';

const MUCH = 'for i in $(seq 60); do head -c 50000 /dev/urandom > $i; done';

describe('the files that a step has changed', () => {
  let pod: AgentBed;
  let cluster: FakeCluster;
  /** Of the connections to the helper, one after the other. */
  let faults: Fault[];
  beforeEach(() => {
    pod = new AgentBed();
    faults = [];
    cluster = new FakeCluster();
    cluster.states = [podState().onNode().running('job').build()];
    cluster.execs = [
      (handlers, command) => {
        const argv = command.map((word) => pod.bed.local(word));
        const fault = command.length > 1 ? faults.shift() : undefined;
        return new ShellSession(pod.bed, handlers, fault, command.length > 1 ? argv : pod.bed.shell.argv);
      },
    ];
  });
  // A step that is earlier than the agent asks nobody.
  beforeEach(async () => {
    while (!existsSync(`${pod.bed.hookFolder}/back`)) await new Promise((resolve) => setTimeout(resolve, 5));
  });
  afterEach(() => pod.close());

  const run = (script: string) => {
    const path = pod.bed.path('_work/_temp/01234567-89ab-4cde-8f01-23456789abcd.sh');
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, script);
    const environment = { RUNNER_TEMP: pod.bed.path('_work/_temp') };
    const work = pod.bed.path('_work');
    const job = { jobPod: 'job-pod', mode: 'novolume' as const, work, repository: 'repo', environment: {} };
    const { context, out } = commandContext(cluster, environment, job);
    const result = runScriptStep(
      {
        command: 'run_script_step',
        responseFile: '/r',
        state: null,
        args: {
          entryPoint: 'dash',
          entryPointArgs: ['-e', '/__w/_temp/01234567-89ab-4cde-8f01-23456789abcd.sh'],
          environmentVariables: {},
          prependPath: [],
          workingDirectory: pod.bed.path('w/repo/repo'),
        },
      },
      context,
    );
    return { result, out };
  };
  const expectSame = () => expect(pod.tree('_work/repo')).to.equal(pod.tree('w/repo'));
  const helperExecs = () =>
    cluster.requests.filter((request) => request.startsWith('exec job-pod podhooks')).length;

  it('are on the runner when it ends, whatever its exit code, with its one request', async () => {
    const { result, out } = run('mkdir a; echo x > a/x; exit 3');
    expect(await result).to.equal(3);
    expectSame();
    expect(cluster.requests).to.deep.equal(['exec job-pod job sh']);
    expect(out.warnings).to.deep.equal([]);
    expect(await run('rm -r a').result).to.equal(0);
    expectSame();
    expect(pod.bed.remains()).to.deep.equal(['back']);
  });

  it('come by one request more when they are many', async () => {
    expect(await run(MUCH).result).to.equal(0);
    expectSame();
    expect(helperExecs()).to.equal(1);
    expect(await run('true').result).to.equal(0);
    expect(helperExecs()).to.equal(1);
  });

  it('come whole over connections that are lost, and none from the beginning', async () => {
    faults = [{ afterOutputBytes: 900_000 }, { afterOutputBytes: 1_000_000 }, { afterOutputBytes: 700_000 }];
    const { result, out } = run(MUCH);
    expect(await result).to.equal(0);
    expectSame();
    expect(helperExecs()).to.equal(4);
    expect(out.warnings).to.deep.equal([]);
  });

  it('are named once when the agent does not answer; the exit code stands', async () => {
    rmSync(`${pod.bed.hookFolder}/back`);
    const first = run('echo x > x; exit 4');
    expect(await first.result).to.equal(4);
    expect(first.out.warnings.join()).to.contain('did not answer');
    const second = run('echo x > x; exit 5');
    expect(await second.result).to.equal(5);
    expect(second.out.warnings).to.deep.equal([]);
  });

  it('are named when the agent is stopped, and come with the next step when it goes on', async () => {
    expect(await run('echo x > x').result).to.equal(0);
    process.kill(pod.pid, 'SIGSTOP');
    const { result, out } = run('echo y > y; exit 6');
    expect(await result).to.equal(6);
    expect(out.warnings.join()).to.contain('did not answer');
    process.kill(pod.pid, 'SIGCONT');
    expect(await run('true').result).to.equal(0);
    expectSame();
  });

  it('may be an answer that is none, and nothing happens but a warning', async () => {
    const { result, out } = run(`for d in ${pod.bed.hookFolder}/*-*; do echo bulk ../../x > "$d.back"; done`);
    expect(await result).to.equal(0);
    expect(out.warnings.join()).to.contain('an answer that is none');
    expect(helperExecs()).to.equal(0);
    expect(readFileSync(`${pod.bed.root}/_work/_temp/_podhooks/not-copied`, 'utf8')).to.contain(
      'an answer that is none',
    );
  });
});

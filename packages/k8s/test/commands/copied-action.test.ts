import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { expect } from 'chai';
import type { RunningJob } from '../../src/commands/job-state.js';
import { runContainerStep } from '../../src/commands/run-container-step.js';
import { ConnectionError } from '../../src/cluster/api-error.js';
import { commandContext } from '../support/command-context.js';
import { containerStep } from '../support/containers.js';
import { refusal } from '../support/fake-cluster.js';
import { pod } from '../support/pod.js';
import { hookRejection } from '../support/rejection.js';
import { runnerPod } from '../support/runner-pods.js';
import { TwoPods } from '../support/two-pods.js';

const RUNNER = runnerPod();
const JOB_POD = pod('job-pod').ownedBy(RUNNER).running('podhooks').running('job').build();
const POD = pod('step-pod').onNode().running('podhooks');
const RUNNING = POD.running('job').build();
const ENDED = POD.terminated('job', { exitCode: 3, reason: 'Error' }).build();

describe('runContainerStep without a shared volume', () => {
  let cluster: TwoPods;
  let work: string;
  beforeEach(() => {
    cluster = new TwoPods('repo');
    work = mkdtempSync(join(tmpdir(), 'podhooks-work-'));
    write(`${work}/_temp/_runner_file_commands/env`, 'OLD=1\n');
    write(`${work}/_temp/_github_workflow/event.json`, '{}');
    write(`${work}/_actions/o/r/v1/data`, 'of the action');
    mkdirSync(`${work}/repo/repo`, { recursive: true });
  });
  afterEach(() => {
    cluster.close();
    rmSync(work, { recursive: true });
  });

  const write = (path: string, content: string) => {
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, content);
  };
  const mount = (sourceVolumePath: string, targetVolumePath: string) => ({
    userProvidedValue: null,
    sourceVolumePath,
    targetVolumePath,
    readOnly: false,
  });
  const run = (action: () => void, withJob = true, jobPod = JOB_POD) => {
    const job: RunningJob = {
      jobPod: 'job-pod',
      mode: 'novolume',
      work,
      repository: 'repo',
      environment: {},
    };
    cluster.states = [RUNNER, ...(withJob ? [jobPod] : []), RUNNING, ENDED];
    cluster.logs = [action, () => undefined];
    const environment = {
      RUNNER_TEMP: `${work}/_temp`,
      GITHUB_ENV: `${work}/_temp/_runner_file_commands/env`,
    };
    const given = commandContext(cluster, environment, withJob ? job : undefined);
    const { args, ...input } = containerStep('v12');
    const systemMountVolumes = [
      mount(`${work}/_temp`, '/github/runner_temp'),
      mount(`${work}/repo/repo`, '/github/workspace'),
    ];
    const environmentVariables = { GITHUB_ACTION_PATH: `${work}/_actions/o/r/v1` };
    const step = { ...input, state: null, args: { ...args, systemMountVolumes, environmentVariables } };
    return { ...given, result: runContainerStep(step, given.context) };
  };
  const inAction = (name: string) => cluster.action.path(`w/${name}`);
  const inJob = (name: string) => cluster.job.path(`w/${name}`);

  it('gives the action the files of the job pod, and what it changes to the job pod and the runner, when it fails, too', async () => {
    write(inJob('repo/repo/from-job'), 'job');
    write(inJob('repo/repo/gone'), 'gone');
    write(`${work}/repo/repo/gone`, 'gone');
    write(inJob('repo/repo/node_modules/large'), 'large');
    const { result, out } = run(() => {
      expect(readFileSync(inAction('repo/repo/from-job'), 'utf8')).to.equal('job');
      expect(readFileSync(inAction('repo/repo/node_modules/large'), 'utf8')).to.equal('large');
      expect(readFileSync(inAction('_temp/_github_workflow/event.json'), 'utf8')).to.equal('{}');
      expect(readFileSync(inAction('_actions/o/r/v1/data'), 'utf8')).to.equal('of the action');
      expect(existsSync(cluster.action.path('hook/files.arrived'))).to.equal(true);
      write(inAction('_temp/_runner_file_commands/env'), 'OLD=1\nNEW=2\n');
      write(inAction('repo/repo/from-action'), 'action');
      write(inAction('repo/repo/node_modules/more'), 'more');
      rmSync(inAction('repo/repo/gone'));
    });
    expect(await result).to.equal(3);
    expect(out.warnings).to.deep.equal([]);
    expect(readFileSync(`${work}/_temp/_runner_file_commands/env`, 'utf8')).to.equal('OLD=1\nNEW=2\n');
    for (const place of [inJob('repo/repo'), `${work}/repo/repo`]) {
      expect(existsSync(`${place}/from-action`), place).to.equal(true);
      expect(readFileSync(`${place}/from-action`, 'utf8')).to.equal('action');
      expect(existsSync(`${place}/gone`), place).to.equal(false);
    }
    expect(readFileSync(inJob('repo/repo/node_modules/more'), 'utf8')).to.equal('more');
    expect(existsSync(`${work}/repo/repo/node_modules`)).to.equal(false);
    expect(cluster.job.remains()).to.deep.equal([]);
    expect(cluster.requests.at(-2)).to.match(/^delete pods runner-1-step-/);
  });

  it('gives the action a large workspace of the job pod directly', async () => {
    write(inJob('repo/repo/small'), 'job');
    const large = Buffer.alloc(9 * 2 ** 20, 'large');
    writeFileSync(inJob('repo/repo/large'), large);
    const reachable = { ...JOB_POD, status: { ...JOB_POD.status, podIP: '127.0.0.1' } };
    const check = () => {
      expect(readFileSync(inAction('repo/repo/small'), 'utf8')).to.equal('job');
      expect(readFileSync(inAction('repo/repo/large')).equals(large), 'the same content').to.equal(true);
    };
    const { result, out } = run(check, true, reachable);
    expect(await result).to.equal(3);
    expect(out.debugLines.join('; ')).to.match(/copied directly from pod job-pod to pod runner-1-step-/);
    expect(out.warnings).to.deep.equal([]);
  });

  it('brings each file command whole, up to 4 MiB, and refuses a larger one', async () => {
    const LARGE = `A<<E\n${'x'.repeat(4 * 2 ** 20 - 8)}\nE`;
    const { result } = run(() => write(inAction('_temp/_runner_file_commands/env'), LARGE));
    expect(await result).to.equal(3);
    const brought = readFileSync(`${work}/_temp/_runner_file_commands/env`, 'utf8');
    expect(brought.length).to.equal(LARGE.length);
    expect(brought === LARGE, 'the same content').to.equal(true);
    const larger = run(() => write(inAction('_temp/_runner_file_commands/env'), `${LARGE}123456`));
    const { message } = await hookRejection('FILES_LOST', larger.result);
    expect(message).to.contain('has more than 4 MiB');
  });

  it('gives the action the runner’s files where there is no job pod', async () => {
    write(`${work}/repo/repo/given`, 'runner');
    const { result } = run(() => {
      expect(readFileSync(inAction('repo/repo/given'), 'utf8')).to.equal('runner');
      write(inAction('repo/repo/made'), 'made');
    }, false);
    expect(await result).to.equal(3);
    expect(readFileSync(`${work}/repo/repo/made`, 'utf8')).to.equal('made');
    expect(cluster.requests.filter((request) => request.startsWith('exec job-pod'))).to.deep.equal([]);
  });

  it('waits for a helper that does not run yet, and begins again where a connection is lost', async () => {
    write(inJob('repo/repo/from-job'), 'job');
    cluster.faults = [refusal(500, 'container not found'), {}, {}, new ConnectionError('exec', 'lost')];
    const { result } = run(() => {
      expect(readFileSync(inAction('repo/repo/from-job'), 'utf8')).to.equal('job');
    });
    expect(await result).to.equal(3);
  });

  it('loses nothing where every third connection is cut, before it begins or amid its answer', async () => {
    write(inJob('repo/repo/from-job'), 'job');
    cluster.faults = Array.from({ length: 60 }, (_, index) => {
      if (index % 3 !== 0) return {};
      return index % 2 === 0 ? { afterOutputBytes: 20 } : new ConnectionError('exec', 'lost');
    });
    const { result, out } = run(() => {
      expect(readFileSync(inAction('repo/repo/from-job'), 'utf8')).to.equal('job');
      write(inAction('_temp/_runner_file_commands/env'), 'OLD=1\nNEW=2\n');
      write(inAction('repo/repo/from-action'), 'x'.repeat(3_000_000));
      rmSync(inAction('repo/repo/from-job'));
    });
    expect(await result).to.equal(3);
    expect(out.warnings).to.deep.equal([]);
    expect(readFileSync(`${work}/_temp/_runner_file_commands/env`, 'utf8')).to.equal('OLD=1\nNEW=2\n');
    for (const place of [inJob('repo/repo'), `${work}/repo/repo`]) {
      expect(statSync(`${place}/from-action`, { throwIfNoEntry: false })?.size, place).to.equal(3_000_000);
      expect(existsSync(`${place}/from-job`), place).to.equal(false);
    }
  });

  it('does not run the action without its files, and names the reason', async () => {
    write(inJob('repo/repo/from-job'), 'job');
    rmSync(cluster.action.path('w'), { recursive: true });
    const { message } = await hookRejection('FILES_LOST', run(() => undefined).result);
    expect(message)
      .to.contain('from pod job-pod to pod runner-1-step-')
      .and.contain('tar ended with exit code');
    expect(existsSync(cluster.action.path('hook/files.arrived'))).to.equal(false);
    expect(cluster.requests.at(-2)).to.match(/^delete pods runner-1-step-/);
  });

  it('says what cannot be put into the job pod, and keeps the exit code', async () => {
    write(inJob('repo/repo/kept'), 'job');
    const { result, out } = run(() => {
      write(inAction('repo/repo/from-action'), 'action');
      rmSync(inJob('repo/repo'), { recursive: true });
      write(inJob('repo/repo'), 'a file');
    });
    expect(await result).to.equal(3);
    expect(out.warnings.join()).to.contain('Not copied from the docker action into the job pod: ');
  });
});

import { chmodSync, existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { RunScriptStepInput } from '@podhooks/hooklib';
import { expect } from 'chai';
import type { RunningJob } from '../../src/commands/job-state.js';
import { runScriptStep } from '../../src/commands/run-script-step.js';
import { markKnown } from '../../src/work/fresh.js';
import { commandContext } from '../support/command-context.js';
import { FakeCluster } from '../support/fake-cluster.js';
import { pod } from '../support/pod.js';
import { hookRejection } from '../support/rejection.js';
import { ShellSession } from '../support/shell-session.js';
import { SHELLS } from '../support/shells.js';
import { StepBed } from '../support/step-bed.js';

describe('runScriptStep', () => {
  let bed: StepBed;
  let cluster: FakeCluster;
  beforeEach(() => {
    const [shell] = SHELLS;
    if (shell === undefined) throw new Error('no shell');
    // In this container the work folder is `w`, and on the runner it is `_work`.
    bed = new StepBed(shell, { '/__w': 'w' });
    mkdirSync(bed.path('w/_temp/_runner_file_commands'), { recursive: true });
    cluster = new FakeCluster();
    cluster.states = [pod().onNode().running('job').build()];
    cluster.execs = [(handlers) => new ShellSession(bed, handlers)];
  });
  afterEach(() => bed.close());

  const onRunner = (name: string, content: string) => {
    const path = bed.path(`_work/_temp/${name}`);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, content);
    return path;
  };
  const input = (parts: Partial<RunScriptStepInput['args']>): RunScriptStepInput => ({
    command: 'run_script_step',
    responseFile: '/r',
    state: null,
    args: {
      entryPoint: 'dash',
      entryPointArgs: ['-e', '/__w/_temp/one.sh'],
      environmentVariables: {},
      prependPath: [],
      workingDirectory: bed.root,
      ...parts,
    },
  });
  const run = (
    parts: Partial<RunScriptStepInput['args']> = {},
    mode: RunningJob['mode'] | 'no job' = 'novolume',
    state: Partial<RunningJob> = {},
  ) => {
    const environment = {
      RUNNER_TEMP: bed.path('_work/_temp'),
      GITHUB_ENV: bed.path('_work/_temp/_runner_file_commands/env'),
    };
    const job =
      mode === 'no job'
        ? undefined
        : { jobPod: 'job-pod', mode, work: bed.path('_work'), environment: {}, ...state };
    const given = commandContext(cluster, environment, job);
    return { ...given, result: runScriptStep(input(parts), given.context) };
  };

  it("runs the runner's script in the pod and brings its file commands back", async () => {
    const env = onRunner('_runner_file_commands/env', 'OLD=1\n');
    onRunner('one.sh', `echo hi; echo NEW=2 >> ${bed.path('w/_temp/_runner_file_commands/env')}; exit 4`);
    const { result, out } = run();
    expect(await result).to.equal(4);
    expect(out.output).to.equal('hi\n');
    expect(readFileSync(env, 'utf8')).to.equal('OLD=1\nNEW=2\n');
    expect(cluster.requests).to.deep.equal(['exec job-pod job sh']);
  });

  it('leaves the variables of the administrator as the job container has them', async () => {
    onRunner('one.sh', 'echo "${A-none} ${B-none} ${C-none}"');
    const given = commandContext(
      cluster,
      { ACTIONS_RUNNER_HOOK_ENVIRONMENT_SET: '{"A":"set"}', RUNNER_TEMP: bed.path('_work/_temp') },
      { jobPod: 'job-pod', mode: 'novolume', work: bed.path('_work'), environment: { A: '1', B: '2' } },
    );
    const environmentVariables = { A: 'of the step', C: '3' };
    expect(await runScriptStep(input({ environmentVariables }), given.context)).to.equal(0);
    expect(given.out.output).to.equal('none 2 3\n');
  });

  describe('in a job with services', () => {
    const failed = { exitCode: 1, reason: 'Error', message: 'no config' };
    const withServices = { servicesReadyAt: Date.now() - 60_000 };
    beforeEach(() => {
      cluster.states = [pod().onNode().running('job').terminated('redis', failed).build()];
    });

    it('names a service that has failed when the step fails', async () => {
      onRunner('one.sh', 'exit 4');
      const { result, out } = run({}, 'novolume', withServices);
      expect(await result).to.equal(4);
      expect(out.warnings).to.deep.equal([
        'Steps cannot reach a service: container redis of pod job-pod ended with exit code 1 (Error: no config)',
      ]);
    });

    it('asks nothing when the step succeeds', async () => {
      onRunner('one.sh', 'true');
      const { result } = run({}, 'novolume', withServices);
      expect(await result).to.equal(0);
      expect(cluster.requests).to.deep.equal(['exec job-pod job sh']);
    });

    it('keeps the exit code of the step when the API does not answer', async () => {
      cluster.states = [new Error('no answer')];
      onRunner('one.sh', 'exit 4');
      const { result, out } = run({}, 'novolume', withServices);
      expect(await result).to.equal(4);
      expect(out.warnings).to.deep.equal([]);
    });
  });

  it('names the loss of the pod while a new action is on its way there', async () => {
    onRunner('one.sh', '');
    const script = bed.path('_work/_actions/a/b/v1/main.js');
    mkdirSync(dirname(script), { recursive: true });
    writeFileSync(script, '');
    cluster.execs = [];
    cluster.states = [];
    const { result } = run({ entryPointArgs: ['/__w/_actions/a/b/v1/main.js'] });
    expect((await hookRejection('STEP_LOST', result)).message).to.contain('pod job-pod was deleted');
  });

  it('takes arguments as the runner means them', async () => {
    const { result, out } = run({ entryPoint: 'printf', entryPointArgs: ['%s,', '"a', 'b"', "'c'"] });
    expect(await result).to.equal(0);
    expect(out.output).to.equal('a b,c,');
  });

  it("gives the step the job container's variables, and its own win", async () => {
    const environment = { JOB: 'of the job', BOTH: 'of the job', 'J-B': "it's", PATH: '/usr/bin:/job' };
    const { result, out } = run(
      {
        entryPoint: 'printenv',
        entryPointArgs: ['JOB', 'BOTH', 'J-B', 'PATH'],
        environmentVariables: { BOTH: 'of the step' },
        prependPath: ['/before'],
      },
      'volume',
      { environment },
    );
    expect(await result).to.equal(0);
    expect(out.output).to.equal("of the job\nof the step\nit's\n/before:/usr/bin:/job\n");
  });

  it('takes nothing of a step from the files that other processes of the job can write', async () => {
    writeFileSync(bed.path('hook/environment'), 'exit 0\n');
    onRunner('one.sh', 'exit 7');
    expect(await run().result).to.equal(7);
  });

  it('first brings an action that the runner has fetched since the job began', async () => {
    const script = '_actions/octo/tool/v1/main.sh';
    mkdirSync(dirname(bed.path(`_work/${script}`)), { recursive: true });
    writeFileSync(bed.path(`_work/${script}`), 'echo "from an action"');
    cluster.execs = [
      (handlers, command) => {
        const argv = command.map((word) => bed.local(word));
        return new ShellSession(bed, handlers, {}, argv);
      },
    ];
    const args = { entryPointArgs: [`/__w/${script}`] };
    for (const step of ['first', 'second']) {
      const { result, out } = run(args);
      expect(await result, step).to.equal(0);
      expect(out.output).to.equal('from an action\n');
    }
    expect(cluster.requests.filter((request) => request.startsWith('exec job-pod podhooks'))).to.have.length(
      1,
    );
  });

  it('brings what something on the runner’s side has put into _temp since, and leaves what the pod has of that name', async () => {
    onRunner('before', '');
    markKnown(bed.path('_work'));
    await sleep(20);
    onRunner('new', 'of the runner');
    onRunner('changed', 'of the runner');
    writeFileSync(bed.path('w/_temp/changed'), 'of the pod');
    onRunner('one.sh', `cat ${bed.path('w/_temp/new')} ${bed.path('w/_temp/changed')}`);
    cluster.execs = [
      (handlers, command) => {
        const argv = command.map((word) => bed.local(word));
        return new ShellSession(bed, handlers, {}, argv);
      },
    ];
    for (const step of ['first', 'second']) {
      const { result, out } = run();
      expect(await result, step).to.equal(0);
      expect(out.output, step).to.equal('of the runnerof the pod');
    }
    expect(existsSync(bed.path('w/_temp/before'))).to.equal(false);
    expect(cluster.requests.filter((request) => request.startsWith('exec job-pod podhooks'))).to.have.length(
      1,
    );
  });

  it('sends and fetches nothing where the work folder is shared, and opens file commands to all', async () => {
    const env = onRunner('_runner_file_commands/env', 'OLD=1\n');
    chmodSync(env, 0o600);
    const { result } = run({ entryPoint: 'true', entryPointArgs: [] }, 'volume');
    expect(await result).to.equal(0);
    expect(statSync(env).mode & 0o777).to.equal(0o666);
  });

  it("opens no file commands where the container's user is the runner's", async () => {
    const env = onRunner('_runner_file_commands/env', '');
    chmodSync(env, 0o600);
    const { result } = run({ entryPoint: 'true', entryPointArgs: [] }, 'volume', { sameUser: true });
    expect(await result).to.equal(0);
    expect(statSync(env).mode & 0o777).to.equal(0o600);
  });

  it('fails when a step has replaced a file command by a link, whatever its exit code, and removes the link', async () => {
    const env = onRunner('_runner_file_commands/env', '');
    const own = onRunner('../../credentials', 'secret');
    onRunner('one.sh', '');
    const { result } = run({ entryPoint: 'ln', entryPointArgs: ['-sf', own, env] }, 'volume');
    expect((await hookRejection('FILES_LOST', result)).message).to.contain(env);
    expect(existsSync(env)).to.equal(false);
    expect(readFileSync(own, 'utf8')).to.equal('secret');
  });

  it('names a working directory that is not there', async () => {
    onRunner('one.sh', '');
    const error = await hookRejection('STEP_INVALID', run({ workingDirectory: '/not/there' }).result);
    expect(error.message).to.contain('/not/there');
  });

  it('does not run without a job', async () => {
    await hookRejection('STEP_INVALID', run({}, 'no job').result);
    expect(cluster.requests).to.deep.equal([]);
  });
});

import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { dirname } from 'node:path';
import { type HookContainer, type JobState, parseInput, type PrepareJobInput } from '@podhooks/hooklib';
import { expect } from 'chai';
import type { ExecHandlers, ExecSession } from '../../src/cluster/exec.js';
import { readJobState } from '../../src/commands/job-state.js';
import { prepareJob } from '../../src/commands/prepare-job.js';
import { VERSION } from '../../src/version.js';
import { payload } from '../../../hooklib/test/payloads.js';
import { commandContext } from '../support/command-context.js';
import { FakeCluster, refusal } from '../support/fake-cluster.js';
import { ownHome } from '../support/own-home.js';
import { pod } from '../support/pod.js';
import { hookRejection, rejection } from '../support/rejection.js';
import { runnerPod } from '../support/runner-pods.js';
import { ShellSession } from '../support/shell-session.js';
import { SHELLS } from '../support/shells.js';
import { StepBed } from '../support/step-bed.js';

const ANSWER = 'runner/_work/_temp/_runner_hook_responses/answer.json';

/** A started pod with these containers. */
const running = (...names: string[]) =>
  names.reduce((built, name) => built.running(name), pod().onNode().phase('Running')).build();

describe('prepareJob', () => {
  ownHome();
  let bed: StepBed;
  let cluster: FakeCluster;
  beforeEach(() => {
    const [shell] = SHELLS;
    if (shell === undefined) throw new Error('no shell');
    // In the containers the work folder is `w`; on the runner it lies in `runner`.
    bed = new StepBed(shell, { '/__w': 'w' });
    mkdirSync(bed.path('w'));
    mkdirSync(bed.path(dirname(ANSWER)), { recursive: true });
    writeFileSync(bed.path(ANSWER), '');
    writeFileSync(bed.path('hook/externals.ready'), '');
    cluster = new FakeCluster();
    cluster.states = [runnerPod(), running('podhooks', 'job')];
    cluster.execs = [
      (handlers, command) =>
        new ShellSession(
          bed,
          handlers,
          {},
          command.map((word) => bed.local(word)),
        ),
    ];
  });
  afterEach(() => bed.close());

  const onRunner = (name: string, content: string) => {
    const path = bed.path(`runner/_work/${name}`);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, content);
    return path;
  };
  /** The payload of this name, for a runner that lives in this bed. */
  const input = (name: string, parts: Partial<HookContainer> = {}): PrepareJobInput => {
    const parsed = parseInput(payload(name).replaceAll('/home/runner/', `${bed.path('runner')}/`));
    if (parsed.command !== 'prepare_job') throw new Error(`${name} is no prepare_job`);
    const { container, services } = parsed.args;
    const args = { services, container: container && { ...container, ...parts } };
    return { ...parsed, args, responseFile: bed.path(ANSWER) };
  };
  const prepare = (
    name: string,
    environment: Record<string, string> = {},
    parts: Partial<HookContainer> = {},
  ) => {
    const given = commandContext(cluster, environment);
    return { ...given, result: prepareJob(input(name, parts), given.context) };
  };
  const content = (name: string) => readFileSync(bed.path(name), 'utf8');
  const response = () => JSON.parse(content(ANSWER)) as object;

  it('creates nothing for a service whose image is not allowed', async () => {
    cluster.states = [runnerPod()];
    const allow = { ACTIONS_RUNNER_HOOK_IMAGES_ALLOW: 'docker.io/library/node docker.io/library/redis' };
    const { message } = await hookRejection('UNSUPPORTED', prepare('01', allow).result);
    expect(message).to.contain(
      'of service postgres is not allowed: it stands for ghcr.io/octo-org/postgres:16',
    );
    expect(cluster.created).to.deep.equal([]);
  });

  it('answers with the state, the container, and the services in the order of the request', async () => {
    cluster.states = [runnerPod(), running('podhooks', 'job', 'redis', 'postgres')];
    const started = Date.now();
    const { result } = prepare('01');
    expect(await result).to.equal(0);
    const jobPod = cluster.created[0]?.metadata?.name;
    const { job, signature } = (response() as { state: JobState }).state;
    const state = JSON.parse(String(job)) as { servicesReadyAt?: number };
    expect(state.servicesReadyAt).to.be.within(started, Date.now());
    expect(state).to.deep.equal({
      version: VERSION,
      jobPod,
      mode: 'novolume',
      work: bed.path('runner/_work'),
      repository: 'hello-world',
      servicesReadyAt: state.servicesReadyAt,
      runner: 'runner-1',
    });
    expect(response()).to.deep.equal({
      state: { job, signature },
      context: {
        container: { id: 'job', network: jobPod },
        services: [
          { id: 'redis', network: jobPod, ports: { '6379': '6379' } },
          { id: 'postgres', network: jobPod, ports: { '5432': '5432', '8001': '8001' } },
        ],
      },
      isAlpine: false,
    });
  });

  it('answers for services alone without asking in any container', async () => {
    cluster.states = [runnerPod(), running('redis')];
    expect(await prepare('v01').result).to.equal(0);
    expect(response()).to.not.have.any.keys('isAlpine');
    expect(response()).to.have.nested.property('state.job').that.contains('"mode":"novolume"');
    expect(cluster.requests.filter((request) => request.startsWith('exec'))).to.deep.equal([]);
  });

  it('leaves the folders of a job and the files of the runner in the pod', async () => {
    cluster.states = [runnerPod(), running('podhooks', 'job', 'redis', 'postgres')];
    onRunner('_actions/octo/tool/v1/action.yml', 'name: tool');
    expect(await prepare('01').result).to.equal(0);
    expect(content('w/_actions/octo/tool/v1/action.yml')).to.equal('name: tool');
    expect(content('hook/watch')).to.contain('No step is running.');
    for (const folder of ['w/_temp/_runner_file_commands', 'w/_tool', 'w/hello-world/hello-world'])
      expect(statSync(bed.path(folder)).mode & 0o777, folder).to.equal(0o777);
    expect(content('runner/_work/_temp/_podhooks/actions')).to.equal('_actions/octo/tool/v1\n');
  });

  /** The job's variables as its steps get them. */
  const jobEnvironment = () =>
    readJobState((response() as { state: JobState }).state, { runner: 'runner-1', work: undefined })
      .environment;

  it("keeps the job container's variables in the runner container", async () => {
    cluster.states = [runnerPod(), running('podhooks', 'job', 'redis', 'postgres')];
    expect(await prepare('01').result).to.equal(0);
    expect(jobEnvironment()).to.include({ NODE_ENV: 'development' });
    expect(content(ANSWER)).to.not.contain('development');
    expect(readdirSync(bed.path('hook'))).to.have.members(['externals.ready', 'watch']);
  });

  it('leaves variables alone that the spec of the pod sets', async () => {
    cluster.states = [runnerPod(), running('podhooks', 'job', 'redis', 'postgres')];
    const template = bed.path('pod.yaml');
    writeFileSync(template, 'spec: {containers: [{name: $job, env: [{name: NODE_ENV, value: production}]}]}');
    expect(await prepare('01', { ACTIONS_RUNNER_CONTAINER_HOOK_TEMPLATE: template }).result).to.equal(0);
    expect(jobEnvironment()).to.include.keys('HOME').and.not.include.keys('NODE_ENV');
  });

  it('refuses an environment that no step could be started with before it creates a pod', async () => {
    const job = input('01');
    const { container } = job.args;
    if (container === null) throw new Error('01 has no container');
    const environmentVariables = { TOO_LARGE: 'x'.repeat(200_000) };
    const large = { ...job, args: { ...job.args, container: { ...container, environmentVariables } } };
    const { message } = await hookRejection(
      'INPUT_INVALID',
      prepareJob(large, commandContext(cluster).context),
    );
    expect(message).to.contain('The environment variable TOO_LARGE is too large');
    expect(cluster.created).to.deep.equal([]);
  });

  it('gives steps what the workflow says of a variable that is preset', async () => {
    const { result } = prepare('v02', {}, { environmentVariables: { CI: 'false' } });
    expect(await result).to.equal(0);
    expect(jobEnvironment()).to.deep.equal({ CI: 'false' });
  });

  it("gives steps the runner's HOME, or leaves them that of the image", async () => {
    const environmentVariables = { HOME: '/github/home', A: 'b' };
    expect(await prepare('v02', {}, { environmentVariables }).result).to.equal(0);
    expect(jobEnvironment()).to.deep.equal(environmentVariables);
    cluster.states = [runnerPod(), running('podhooks', 'job')];
    const ofImage = { ACTIONS_RUNNER_HOOK_IMAGE_HOME: 'true' };
    expect(await prepare('v02', ofImage, { environmentVariables }).result).to.equal(0);
    expect(jobEnvironment()).to.deep.equal({ A: 'b' });
  });

  it('merges the template into the pod that it makes', async () => {
    const template = bed.path('pod.yaml');
    writeFileSync(template, 'metadata: {labels: {team: a}}\nspec: {restartPolicy: Always}');
    const { result, out } = prepare('v02', { ACTIONS_RUNNER_CONTAINER_HOOK_TEMPLATE: template });
    expect(await result).to.equal(0);
    expect(cluster.created[0]?.metadata?.labels).to.deep.equal({ 'runner-pod': 'runner-1', team: 'a' });
    expect(out.warnings).to.have.length(1);
  });

  it('warns of a variable that looks like a setting and is none', async () => {
    const { result, out } = prepare('v02', { ACTIONS_RUNNER_CONTAINER_HOOK_TEMPLAET: '/t' });
    expect(await result).to.equal(0);
    expect(out.warnings).to.have.length(1);
    expect(out.warnings[0]).to.contain('did you mean ACTIONS_RUNNER_CONTAINER_HOOK_TEMPLATE?');
  });

  it('gives the helper small limits of what the template limits the job to', async () => {
    const template = bed.path('pod.yaml');
    writeFileSync(template, 'spec: {containers: [{name: $job, resources: {limits: {cpu: 4, memory: 8Gi}}}]}');
    expect(await prepare('v02', { ACTIONS_RUNNER_CONTAINER_HOOK_TEMPLATE: template }).result).to.equal(0);
    expect(cluster.created[0]?.spec?.containers[0]?.resources?.limits).to.deep.equal({
      cpu: '1',
      memory: '512Mi',
    });
  });

  const UNUSABLE: readonly [title: string, content: string | undefined][] = [
    ['has a typo', 'spec: {containers: [{name: $job, imagePulPolicy: Always}]}'],
    ['is a folder without templates', undefined],
  ];
  for (const [title, text] of UNUSABLE)
    it(`makes nothing when the template ${title}`, async () => {
      const template = bed.path('template');
      if (text === undefined) mkdirSync(template);
      else writeFileSync(template, text);
      await hookRejection(
        'TEMPLATE_INVALID',
        prepare('v02', { ACTIONS_RUNNER_CONTAINER_HOOK_TEMPLATE: template }).result,
      );
      expect(cluster.requests.filter((request) => request.startsWith('create'))).to.deep.equal([]);
    });

  it('opens the folders of a shared volume to all, and sends nothing', async () => {
    const volume = { hostPath: { path: '/data' } };
    cluster.states = [runnerPod(volume, { mountPath: bed.path('runner/_work') }), running('podhooks', 'job')];
    const temp = dirname(onRunner('_temp/x', ''));
    expect(await prepare('v02').result).to.equal(0);
    expect(response()).to.have.nested.property('state.job').that.contains('"mode":"volume"');
    expect(statSync(temp).mode & 0o7777).to.equal(0o1777);
    expect(existsSync(bed.path('w/_temp/x'))).to.equal(false);
  });

  it("opens nothing where the job container runs as the runner's user, and leaves that in the state", async () => {
    const volume = { hostPath: { path: '/data' } };
    cluster.states = [runnerPod(volume, { mountPath: bed.path('runner/_work') }), running('podhooks', 'job')];
    const temp = dirname(onRunner('_temp/x', ''));
    chmodSync(temp, 0o755);
    const template = bed.path('pod.yaml');
    writeFileSync(template, `spec: {securityContext: {runAsUser: ${process.geteuid?.() ?? ''}}}`);
    expect(await prepare('v02', { ACTIONS_RUNNER_CONTAINER_HOOK_TEMPLATE: template }).result).to.equal(0);
    expect(statSync(temp).mode & 0o7777).to.equal(0o755);
    expect(response()).to.have.nested.property('state.job').that.contains('"sameUser":true');
  });

  it('follows no link on a shared volume, and says so', async () => {
    const volume = { hostPath: { path: '/data' } };
    cluster.states = [runnerPod(volume, { mountPath: bed.path('runner/_work') }), running('podhooks', 'job')];
    mkdirSync(bed.path('runner/own'), { mode: 0o700 });
    symlinkSync('../../own', `${dirname(onRunner('_temp/x', ''))}/_github_workflow`);
    const { result, out } = prepare('v02');
    expect(await result).to.equal(0);
    expect(statSync(bed.path('runner/own')).mode & 0o777).to.equal(0o700);
    expect(out.lines.join('\n')).to.contain('_github_workflow on the runner was not touched');
  });

  it('puts options into the pod and tells of those without an effect by their names, not their values', async () => {
    cluster.states = [runnerPod(), running('podhooks', 'job', 'redis', 'postgres')];
    const { result, out } = prepare('01', {}, { createOptions: '--cpus 1 --ulimit nofile=7:7 -e A=s3cret' });
    await result;
    expect(out.lines).to.include('Options of the job container that have no effect: --ulimit');
    const job = cluster.created[0]?.spec?.containers.find(({ name }) => name === 'job');
    expect(job?.resources?.limits).to.deep.equal({ cpu: '1000m' });
    expect([...out.lines, ...out.warnings].join('\n'))
      .to.not.contain('nofile')
      .and.not.contain('s3cret')
      .and.not.contain('redis-cli');
  });

  it('removes what it has made when the pod cannot start', async () => {
    const broken = pod().onNode().waiting('job', 'InvalidImageName', 'bad name').build();
    cluster.states = [runnerPod(), broken];
    cluster.execs = [
      () => {
        throw refusal(500, 'container not found ("job")');
      },
    ];
    cluster.pods = [pod('made').build()];
    const error = await hookRejection('POD_FAILED', prepare('v02').result);
    expect(error.message).to.contain('bad name');
    expect(cluster.requests).to.include('delete pods made');
    expect(() => response()).to.throw();
  });

  it('tells why it failed, also when it cannot remove what it has made', async () => {
    cluster.uncreatable = { pods: refusal(403, 'exceeded quota') };
    cluster.pods = [pod('made').build()];
    cluster.undeletable.set('made', refusal(500, 'stuck'));
    const { result, out } = prepare('v02');
    expect((await rejection(Error, result)).message).to.contain('exceeded quota');
    expect(out.debugLines.join('\n')).to.contain('stuck');
  });

  it('ends when it is cancelled', async () => {
    cluster.states = [runnerPod(), pod().waiting('job', 'ContainerCreating').build()];
    const { result, cancel } = prepare('v02');
    cancel();
    await rejection(Error, result);
    expect(cluster.requests).to.include('list pods runner-pod=runner-1');
  });

  describe('with something that never comes', () => {
    const soon = { ACTIONS_RUNNER_PREPARE_JOB_TIMEOUT_SECONDS: '1' };
    const isTransfer = (command: readonly string[]) => command.length > 1;
    const closed: string[] = [];
    /** Sends nothing, and never ends. */
    const hang: FakeCluster['execs'][number] = (_handlers, command) => ({
      write: () => new Promise<void>(() => undefined),
      endInput: () => undefined,
      close: () => void closed.push(isTransfer(command) ? 'transfer' : 'inspection'),
      done: new Promise(() => undefined),
    });
    beforeEach(() => {
      closed.length = 0;
      onRunner('_actions/octo/tool/v1/action.yml', 'name: tool');
    });
    const inspected = prints('inspected\n');
    const transferHangs: FakeCluster['execs'][number] = (handlers, command) =>
      isTransfer(command) ? begun(handlers, command) : inspected(handlers, command);
    const begun: FakeCluster['execs'][number] = (handlers, command) => {
      void handlers.onStdout(Buffer.from('ready\n'));
      return hang(handlers, command);
    };

    it('names a helper that ends while files are sent, and cancels what is left', async () => {
      const killed = pod().onNode().phase('Running').running('job');
      cluster.states = [
        runnerPod(),
        running('podhooks', 'job'),
        killed.terminated('podhooks', { exitCode: 137, reason: 'Error' }).build(),
      ];
      cluster.execs = [transferHangs];
      // Should it go unnoticed, the deadline ends the wait.
      const late = { ACTIONS_RUNNER_PREPARE_JOB_TIMEOUT_SECONDS: '4' };
      const { message } = await hookRejection('POD_FAILED', prepare('v02', late).result);
      expect(message).to.match(/container podhooks of pod \S+ ended with exit code 137/);
      expect(closed).to.include('transfer');
      expect(cluster.requests).to.include('list pods runner-pod=runner-1');
    });

    it('names a helper that ends while the job image is inspected', async () => {
      cluster.states = [
        runnerPod(),
        running('podhooks', 'job'),
        pod().onNode().running('job').terminated('podhooks', { exitCode: 137, reason: 'Error' }).build(),
      ];
      cluster.execs = [
        (handlers, command) => (isTransfer(command) ? finished(handlers, command) : hang(handlers, command)),
      ];
      const late = { ACTIONS_RUNNER_PREPARE_JOB_TIMEOUT_SECONDS: '4' };
      const { message } = await hookRejection('POD_FAILED', prepare('v02', late).result);
      expect(message).to.match(/container podhooks of pod \S+ ended with exit code 137/);
    });

    it('names a helper that was killed, rather than the end of its tar', async () => {
      cluster.states = [
        runnerPod(),
        running('podhooks', 'job'),
        running('podhooks', 'job'),
        pod().onNode().running('job').terminated('podhooks', { exitCode: 137, reason: 'OOMKilled' }).build(),
      ];
      cluster.execs = [
        (handlers, command) =>
          isTransfer(command)
            ? { ...hang(handlers, command), done: Promise.resolve({ exitCode: 137 }) }
            : inspected(handlers, command),
      ];
      const { message } = await hookRejection('POD_FAILED', prepare('v02').result);
      expect(message).to.contain('container podhooks').and.contain('OOMKilled');
    });

    it('names the image whose sh does not answer the inspection', async () => {
      cluster.execs = [
        (handlers, command) => (isTransfer(command) ? finished(handlers, command) : hang(handlers, command)),
      ];
      const { message } = await hookRejection('POD_TIMEOUT', prepare('v02', soon).result);
      expect(message).to.contain('node:22').and.contain('within 1 s');
      expect(closed).to.deep.equal(['inspection']);
    });

    it('says how far a transfer came that stalls', async () => {
      cluster.execs = [transferHangs];
      const { message } = await hookRejection('FILES_LOST', prepare('v02', soon).result);
      expect(message).to.contain('within 1 s').and.contain('0 bytes');
      expect(closed).to.include('transfer');
    });

    it('gives the reason of the scheduler, whatever an exec answers meanwhile, 8 times of 8', async () => {
      const full = pod().condition('PodScheduled', 'False', 'Unschedulable', '0/3 nodes: no cpu').build();
      for (let time = 1; time <= 8; time++) {
        cluster.states = [runnerPod(), full];
        cluster.execs = [
          () => {
            throw refusal(400, 'pod job-pod does not have a host assigned');
          },
        ];
        const error = await rejection(Error, prepare('v02', soon).result);
        expect(error, `time ${time}`).to.have.property('code', 'POD_TIMEOUT');
        expect(error.message, `time ${time}`).to.contain('0/3 nodes: no cpu');
      }
    });

    it('ends at once when it is cancelled', async () => {
      cluster.execs = [hang];
      const { result, cancel } = prepare('v02');
      setTimeout(cancel, 600);
      await rejection(Error, result);
      expect(cluster.requests).to.include('list pods runner-pod=runner-1');
    });

    it('says what it was asking for when no object can be created in time', async () => {
      cluster.createPod = (_pod, signal) =>
        new Promise((_resolve, reject) =>
          signal?.addEventListener('abort', () => reject(new DOMException('aborted', 'AbortError'))),
        );
      const { message } = await hookRejection('POD_TIMEOUT', prepare('v02', soon).result);
      expect(message).to.contain('within 1 s');
    });
  });

  describe('in an image that cannot run steps', () => {
    const UNFIT: readonly [title: string, answer: FakeCluster['execs'][number], words: string][] = [
      ['says that it has no sh', refuses('exec: "sh": executable file not found in $PATH'), 'it has no sh'],
      [
        'names the programs that it lacks',
        prints('missing env\nmissing rm\ninspected\n'),
        'it lacks env, rm',
      ],
      ['gives the words of its shell', prints('', 'sh: read-only file system'), 'read-only file system'],
    ];
    for (const [title, answer, words] of UNFIT)
      it(title, async () => {
        cluster.execs = [answer];
        expect((await hookRejection('STEP_INVALID', prepare('v02').result)).message).to.contain(words);
      });

    it("says why the runner's externals did not arrive", async () => {
      cluster.execs = [prints('externals no room\ninspected\n')];
      const { message, hint } = await hookRejection('POD_FAILED', prepare('v02').result);
      expect(message).to.contain('no room');
      expect(hint).to.contain('ACTIONS_RUNNER_IMAGE');
    });
  });

  function refuses(message: string): FakeCluster['execs'][number] {
    return () => {
      throw refusal(500, message);
    };
  }

  function finished(handlers: ExecHandlers, command: readonly string[]): ExecSession {
    return prints('ready\n')(handlers, command);
  }

  function prints(stdout: string, stderr = ''): FakeCluster['execs'][number] {
    return (handlers) => {
      void handlers.onStdout(Buffer.from(stdout));
      void handlers.onStderr(Buffer.from(stderr));
      return {
        write: () => Promise.resolve(),
        endInput: () => undefined,
        close: () => undefined,
        done: Promise.resolve({ exitCode: 0 }),
      };
    };
  }
});

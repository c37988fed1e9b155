import { spawn } from 'node:child_process';
import type { ChildProcessWithoutNullStreams } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync } from 'node:fs';
import { mkdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { loadAll } from 'js-yaml';
import { AgentClient } from './runner/agent-client.js';
import { runnerAccess, runnerPod } from './runner/arc.js';
import { bundleAgent } from './runner/bundle-agent.js';
import { FakeHook, WORKING_HOOK } from './runner/fake-hook.js';
import type { HookCall, HookResult, JobContainers } from './runner/runner.js';
import { RunnerError } from './runner/runner.js';
import { RunnerSimulator } from './runner/simulator.js';
import type { SimulatorOptions } from './runner/simulator.js';

const ARC = join(import.meta.dirname, 'cluster/arc');
const PAYLOADS = join(import.meta.dirname, 'payloads');
const sample = (name: string) => readFileSync(join(PAYLOADS, name), 'utf8');

describe("the simulator of GitHub's runner", () => {
  let folder: string;
  let hook: FakeHook;
  let runner: RunnerSimulator;

  const newRunner = (options: Partial<SimulatorOptions> = {}) =>
    new RunnerSimulator({
      hook: hook.path,
      node: process.execPath,
      runnerRoot: join(folder, 'runner'),
      runnerName: 'arc-k8s-7q2wm-runner-8zk4d',
      ...options,
    });

  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'runner-'));
    hook = new FakeHook(folder);
    await hook.does(WORKING_HOOK);
    runner = newRunner();
    await runner.startJob();
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  const withContainer: JobContainers = { container: { image: 'node:22' } };
  const refusal = async (call: Promise<HookResult>): Promise<RunnerError> => {
    try {
      await call;
    } catch (error) {
      if (error instanceof RunnerError) return error;
      throw error;
    }
    throw new Error('the runner accepted it');
  };

  describe('when a job starts', () => {
    it('makes the folders of the job', async () => {
      const { temp, home, workflow, fileCommands, responses, workspace } = runner.folders;
      for (const path of [temp, home, workflow, fileCommands, responses, workspace])
        expect((await stat(path)).isDirectory(), path).to.equal(true);
      expect(workspace).to.equal(join(folder, 'runner/_work/hello-world/hello-world'));
    });

    it('wipes _temp and _actions but keeps the workspace', async () => {
      const { temp, actions, workspace } = runner.folders;
      for (const path of [temp, actions, workspace]) await runner.writeFile(join(path, 'old'), 'x');
      await runner.startJob();
      expect(await runner.stat(join(temp, 'old'))).to.equal(null);
      expect(await runner.stat(actions)).to.equal(null);
      expect((await runner.stat(join(workspace, 'old')))?.size).to.equal(1);
    });

    it('forgets what the job before left', async () => {
      await runner.prepareJob(withContainer);
      await hook.does(`fs.writeFileSync(env.GITHUB_ENV, 'A=1'); fs.writeFileSync(env.GITHUB_PATH, '/opt/x')`);
      await runner.run({ run: 'true' });
      await runner.startJob();
      await hook.does(WORKING_HOOK);
      await runner.prepareJob(withContainer);
      const { input, env } = await hook.lastCall();
      expect(input.state).to.equal(null);
      expect(env['PATH']).not.to.contain('/opt/x');
      await runner.run({ run: 'true' });
      expect((await hook.lastCall()).stdin).not.to.contain('"A":"1"');
    });
  });

  describe('payloads', () => {
    const ROOT = '/home/runner';
    /** Makes texts comparable: this run's folders become the sample's, what is random or invented a word. */
    const normal = (text: string) =>
      text
        .replaceAll(join(folder, 'runner'), ROOT)
        .replaceAll(/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/g, '<guid>')
        .replaceAll(/("ACTIONS_(?:RUNTIME|CACHE|RESULTS)_(?:URL|TOKEN)":)"[^"]*"/g, '$1"<service>"');

    const redis = {
      image: 'redis:7',
      ports: ['6379:6379'],
      options: '--health-cmd "redis-cli ping" --health-interval 10s --health-timeout 5s --health-retries 5',
    };
    const postgres = {
      image: 'ghcr.io/octo-org/postgres:16',
      env: { POSTGRES_USER: 'app', POSTGRES_PASSWORD: 'p@ss w0rd', POSTGRES_DB: 'app_test' },
      ports: ['5432/tcp', '8001:8001/udp'],
      volumes: ['pgdata:/var/lib/postgresql/data'],
      options: '--health-cmd pg_isready --health-interval 10s --health-timeout 5s --health-retries 5',
    };
    const node = () => ({
      image: 'node:22',
      env: { NODE_ENV: 'development' },
      ports: ['8080:80', '9229', '9229'],
      volumes: [
        'my_docker_volume:/volume_mount',
        `${join(folder, 'runner')}/_work/hello-world/hello-world/data:/data:ro`,
        '/scratch',
      ],
      options: '--cpus 1',
    });

    const jobs: [file: string, job: () => JobContainers][] = [
      [
        '01-prepare_job.json',
        () => ({
          container: node(),
          services: [redis, { ...postgres, credentials: { username: 'octocat', password: 'ghp_SAMPLE' } }],
        }),
      ],
      ['v01-prepare_job-services-only-no-job-container.json', () => ({ container: null, services: [redis] })],
      ['v02-prepare_job-minimal-no-services.json', () => ({ container: { image: 'node:22' } })],
      [
        'v03-prepare_job-ghcr-implicit-github-token.json',
        () => ({ container: { image: 'docker://ghcr.io/octo-org/ci:latest' }, services: [postgres] }),
      ],
      [
        'v04-prepare_job-dockerhub-credentials.json',
        () => ({
          container: { image: 'octoorg/private:1', credentials: { username: 'u', password: 'p' } },
        }),
      ],
      [
        'v06-prepare_job-service-entrypoint-command-feature.json',
        () => ({
          container: { image: 'node:22' },
          services: [
            { image: 'redis:7', entrypoint: 'redis-server', command: '--save "60 1" --loglevel warning' },
          ],
        }),
      ],
    ];
    for (const [file, job] of jobs)
      it(`of ${file} are the same, byte by byte`, async () => {
        await runner.prepareJob(job());
        expect(normal((await hook.lastCall()).stdin)).to.equal(normal(sample(file)));
      });

    it('name the proxy in both cases of letters', async () => {
      const proxy = 'http://proxy.local:3128';
      const NO_PROXY = '10.0.0.0/8,.svc,.cluster.local';
      runner = newRunner({ environment: { http_proxy: proxy, HTTPS_PROXY: proxy, NO_PROXY } });
      await runner.startJob();
      await runner.prepareJob({ container: node(), services: [redis] });
      const text = normal((await hook.lastCall()).stdin);
      expect(text).to.equal(normal(sample('v05-prepare_job-runner-behind-proxy.json')));
    });

    it('follow a work folder elsewhere', async () => {
      runner = newRunner({ workFolder: join(folder, 'elsewhere') });
      await runner.startJob();
      await runner.prepareJob(withContainer);
      const text = (await hook.lastCall()).stdin.replaceAll(join(folder, 'elsewhere'), '/srv/runner-work');
      expect(normal(text)).to.equal(normal(sample('v13-prepare_job-custom-workingDir.json')));
    });

    const checkout = {
      kind: 'action',
      step: {
        path: 'actions/checkout/v5',
        main: 'dist/index.js',
        post: 'dist/index.js',
        node: 'node24',
        inputs: {
          repository: 'octo-org/hello-world',
          ref: '',
          token: 'ghs_SAMPLEGITHUBTOKEN0000000000000000000',
          'ssh-key': '',
          'ssh-known-hosts': '',
          'ssh-strict': 'true',
          'ssh-user': 'git',
          'persist-credentials': 'true',
          path: '',
          clean: 'true',
          filter: '',
          'sparse-checkout': '',
          'sparse-checkout-cone-mode': 'true',
          'fetch-depth': '1',
          'fetch-tags': 'false',
          'show-progress': 'true',
          lfs: 'false',
          submodules: 'false',
          'set-safe-directory': 'true',
          'github-server-url': '',
        },
      },
    } satisfies HookCall;
    const dockerAction = {
      path: 'octo-org/docker-action/v2',
      image: 'docker://ghcr.io/octo-org/docker-action:2.1',
      entrypoint: '/entrypoint.sh',
      postEntrypoint: '/cleanup.sh',
      args: ['--name', 'hello world', '', 'say "hi"'],
      actionEnv: { ACTION_ENV: 'from-action-yml', LOG_LEVEL: 'not used: set already' },
      inputs: { 'who-to-greet': 'hello world' },
    };

    /** `write` is what the steps before wrote to their file commands, by variable. */
    interface StepSample {
      file: string;
      call: HookCall | (() => HookCall);
      jobEnv?: Record<string, string>;
      before?: HookCall;
      write?: Record<string, string>;
      isAlpine?: boolean;
    }
    const LOG_LEVEL = { LOG_LEVEL: 'debug' };
    const twoPaths = '/opt/tools/bin\n/__w/_tool/node/22.0.0/x64/bin\n';
    const before: HookCall = { kind: 'run', step: { run: 'true' } };
    const steps: StepSample[] = [
      { file: '02-run_script_step-js-action-checkout-main.json', jobEnv: LOG_LEVEL, call: checkout },
      {
        file: '03-run_script_step-run-shell-bash.json',
        jobEnv: LOG_LEVEL,
        call: () => ({
          kind: 'run',
          step: {
            run: 'true',
            shell: 'bash',
            env: {
              FOO: 'bar "baz" $HOME `id` é\nline2',
              CONFIG_DIR: join(runner.folders.workspace, 'cfg'),
            },
          },
        }),
      },
      {
        file: '04-run_script_step-run-default-sh-multiline.json',
        jobEnv: LOG_LEVEL,
        before,
        call: { kind: 'run', step: { run: 'true\nfalse', workingDirectory: 'packages/app' } },
      },
      {
        file: '05-run_container_step-uses-docker-uri.json',
        jobEnv: LOG_LEVEL,
        before,
        write: { GITHUB_ENV: 'A=1' },
        call: {
          kind: 'containerAction',
          step: {
            image: 'docker://alpine:3.20',
            entrypoint: '/bin/sh',
            args: '-c "echo hello from $GITHUB_WORKSPACE &&  ls -la"',
          },
        },
      },
      {
        file: '06-run_script_step-composite-nested-run-bash.json',
        jobEnv: LOG_LEVEL,
        before,
        write: { GITHUB_ENV: 'A=1', GITHUB_PATH: twoPaths },
        call: {
          kind: 'run',
          step: { run: 'true', shell: 'bash', composite: 'octo-org/composite-demo/v1' },
        },
      },
      {
        file: '07-run_container_step-action-yml-image-args-main.json',
        jobEnv: LOG_LEVEL,
        before,
        write: { GITHUB_ENV: 'A=1' },
        call: { kind: 'containerAction', step: dockerAction },
      },
      {
        file: '08-run_container_step-dockerfile-main.json',
        jobEnv: LOG_LEVEL,
        before,
        write: { GITHUB_ENV: 'A=1' },
        call: {
          kind: 'containerAction',
          step: { path: 'octo-org/dockerfile-action/v1', dockerfile: 'Dockerfile' },
        },
      },
      {
        file: '09-run_container_step-action-yml-post.json',
        jobEnv: LOG_LEVEL,
        before: { kind: 'containerAction', step: dockerAction },
        write: { GITHUB_ENV: 'A=1', GITHUB_STATE: 'processed=1' },
        call: { kind: 'containerAction', step: { ...dockerAction, stage: 'post' } },
      },
      {
        file: '10-run_script_step-js-action-checkout-post.json',
        jobEnv: LOG_LEVEL,
        before: checkout,
        write: {
          GITHUB_ENV: 'A=1',
          GITHUB_PATH: twoPaths,
          GITHUB_STATE: 'isPost=true\nsetSafeDirectory=true\nrepositoryPath=/__w/hello-world/hello-world',
        },
        call: { kind: 'action', step: { ...checkout.step, stage: 'post' } },
      },
      { file: '11-cleanup_job.json', call: { kind: 'cleanupJob' } },
      {
        file: 'v07-run_script_step-shell-pwsh.json',
        call: { kind: 'run', step: { run: '1', shell: 'pwsh' } },
      },
      {
        file: 'v08-run_script_step-custom-shell-quoted.json',
        call: { kind: 'run', step: { run: 'true', shell: 'bash -c  "set -o nounset; . {0}"' } },
      },
      {
        file: 'v09-run_script_step-absolute-working-directory.json',
        call: { kind: 'run', step: { run: 'true', shell: 'bash', workingDirectory: '/tmp' } },
      },
      {
        file: 'v10-run_script_step-js-action-alpine.json',
        jobEnv: LOG_LEVEL,
        isAlpine: true,
        call: checkout,
      },
    ];
    for (const { file, call, jobEnv = {}, before, write = {}, isAlpine = false } of steps)
      it(`of ${file} are the same, byte by byte`, async () => {
        const jobPod = 'arc-k8s-7q2wm-runner-8zk4d-workflow';
        await hook.does(`
          if (input.command === 'prepare_job') respond({ state: { jobPod: '${jobPod}' }, isAlpine: ${isAlpine} });
          else for (const [name, text] of ${JSON.stringify(Object.entries(write))}) fs.writeFileSync(env[name], text);
        `);
        await runner.startJob({ env: jobEnv });
        await runner.writeFile(join(runner.folders.actions, 'actions/checkout/v5/dist/index.js'), '');
        await runner.prepareJob(withContainer);
        if (before !== undefined) await runner.perform(before);
        await runner.perform(typeof call === 'function' ? call() : call);
        expect(normal((await hook.lastCall()).stdin)).to.equal(normal(sample(file)));
      });

    it('translate whole paths only, and a tool cache outside of the work folder', async () => {
      const tools = join(folder, 'tools');
      runner = newRunner({ environment: { RUNNER_TOOL_CACHE: tools } });
      await runner.startJob();
      await runner.prepareJob(withContainer);
      const { work } = runner.folders;
      const env = {
        SAME: work,
        BELOW: `${work}/a`,
        BESIDE: `${work}-a`,
        LIST: `/bin:${work}`,
        TOOL: `${tools}/x`,
      };
      await runner.run({ run: 'true', env });
      const { input } = await hook.lastCall();
      if (input.command !== 'run_script_step') throw new Error('wrong command');
      expect(input.args.environmentVariables).to.include({
        SAME: '/__w',
        BELOW: '/__w/a',
        BESIDE: env.BESIDE,
        LIST: env.LIST,
        TOOL: '/__t/x',
        RUNNER_TOOL_CACHE: '/__t',
      });
    });

    it('end the command of a custom shell at its first blank', async () => {
      await runner.prepareJob(withContainer);
      await runner.run({ run: 'true', shell: 'perl  -w {0}' });
      const { input } = await hook.lastCall();
      if (input.command !== 'run_script_step') throw new Error('wrong command');
      const [first, second, script] = input.args.entryPointArgs;
      expect([input.args.entryPoint, first, second]).to.deep.equal(['perl', '', '-w']);
      expect(script).to.match(/^\/__w\/_temp\/[0-9a-f-]{36}$/);
    });

    it('of a docker action and a cleanup_job without prepare_job have no state', async () => {
      await runner.containerAction({ image: 'alpine:3.20' });
      const step = normal((await hook.lastCall()).stdin);
      expect(step).to.equal(normal(sample('v12-run_container_step-no-prepare-no-job-container.json')));
      await runner.cleanupJob();
      const cleanup = normal((await hook.lastCall()).stdin);
      expect(cleanup).to.equal(normal(sample('v11-cleanup_job-after-failed-prepare.json')));
    });
  });

  describe('the process of the hook', () => {
    it('gets the hook as its only argument, and the workspace as its directory', async () => {
      await runner.prepareJob(withContainer);
      const { argv, cwd } = await hook.lastCall();
      expect(argv).to.deep.equal([process.execPath, hook.path]);
      expect(cwd).to.equal(runner.folders.workspace);
    });

    it("has the runner's own paths and nothing of the workflow's environment", async () => {
      runner = newRunner({
        environment: { ACTIONS_RUNNER_POD_NAME: 'pod', HOME: '/home/runner', PATH: '/bin' },
      });
      await runner.startJob({ env: { SECRET: 'x' } });
      await runner.prepareJob(withContainer);
      await runner.run({ run: 'true', env: { STEP: 'y' } });
      const { env } = await hook.lastCall();
      const text = await readFile(join(PAYLOADS, 'hook-process-env.additions.json'), 'utf8');
      const expected = text.replaceAll('/home/runner', join(folder, 'runner'));
      const names = Object.keys(JSON.parse(expected) as object);
      const guid = /set_env_(.*)/.exec(env['GITHUB_ENV'] ?? '')?.[1] ?? '';
      const wanted: unknown = JSON.parse(expected.replaceAll('5f3dcb12-1f2e-4d3c-8b7a-9e3779cfdea8', guid));
      const got = Object.fromEntries(names.map((name) => [name, env[name]]));
      expect(got).to.deep.equal(wanted);
      const { RUNNER_TRACKING_ID: tracking, ...others } = Object.fromEntries(
        Object.entries(env).filter(([name]) => !names.includes(name)),
      );
      expect(tracking).to.match(/^github_[0-9a-f-]{36}$/);
      expect(others).to.deep.equal({
        ACTIONS_RUNNER_POD_NAME: 'pod',
        HOME: '/home/runner',
        PATH: '/bin',
        GITHUB_ACTIONS: 'true',
        CI: 'true',
      });
    });

    it('has no file commands and no event in prepare_job', async () => {
      await runner.prepareJob(withContainer);
      const { env } = await hook.lastCall();
      for (const name of ['GITHUB_ENV', 'GITHUB_EVENT_PATH', 'GITHUB_ACTION'])
        expect(env).not.to.have.property(name);
      expect(await runner.stat(join(runner.folders.workflow, 'event.json'))).to.equal(null);
    });

    it("has the workflow's directories before its own PATH, newest first", async () => {
      await runner.prepareJob(withContainer);
      await hook.does(`fs.writeFileSync(env.GITHUB_PATH, '/a\\n\\n/b\\n')`);
      await runner.run({ run: 'true' });
      await hook.does(`fs.writeFileSync(env.GITHUB_PATH, '/a')`);
      await runner.run({ run: 'true' });
      await runner.cleanupJob();
      expect((await hook.lastCall()).env['PATH']).to.match(/^\/a:\/b:\/usr/);
    });

    it('finds an empty response file and the files of its step', async () => {
      await hook.does(`
        const size = (name) => fs.statSync(name).size;
        console.log(size(input.responseFile));
        if (input.command === 'prepare_job') respond({ isAlpine: false });
        else console.log(size(env.GITHUB_ENV), size(env.GITHUB_OUTPUT), fs.readFileSync(env.GITHUB_EVENT_PATH, 'utf8'));
      `);
      await runner.startJob({ event: { number: 7 } });
      expect((await runner.prepareJob(withContainer)).stdout.toString()).to.equal('0\n');
      expect((await runner.run({ run: 'true' })).stdout.toString()).to.equal('0\n0 0 {"number":7}\n');
    });

    it('finds the script as it was written', async () => {
      await runner.prepareJob(withContainer);
      await runner.run({ run: 'echo é\nexit 3\n' });
      const { input } = await hook.lastCall();
      if (input.command !== 'run_script_step') throw new Error('wrong command');
      const script = input.args.entryPointArgs[1]?.replace('/__w', runner.folders.work) ?? '';
      expect(await readFile(script, 'utf8')).to.equal('echo é\nexit 3\n');
    });

    it('cannot start when a step removed the workspace', async () => {
      await runner.remove(runner.folders.workspace);
      expect((await refusal(runner.cleanupJob())).message).to.contain(runner.folders.workspace);
    });

    it('takes any text on stdin', async () => {
      await runner.send('{"command":');
      expect((await hook.lastCall()).stdin).to.equal('{"command":');
    });
  });

  describe('what it refuses to start', () => {
    it('is a script step of a job without container', async () => {
      await hook.does('respond({})');
      await runner.prepareJob({ container: null, services: [{ image: 'redis:7' }] });
      expect((await refusal(runner.run({ run: 'true' }))).message).to.contain('job container');
    });

    it('is a JavaScript action whose file is not on the runner', async () => {
      await runner.prepareJob(withContainer);
      const call = runner.action({ path: 'octo-org/none/v1', main: 'index.js' });
      expect((await refusal(call)).message).to.contain('_actions/octo-org/none/v1/index.js');
    });

    it('is an unknown shell without {0}', async () => {
      await runner.prepareJob(withContainer);
      expect((await refusal(runner.run({ run: '1', shell: 'perl' }))).message).to.contain('perl');
    });

    it('but a step after a failed prepare_job is started, without state', async () => {
      await hook.does('process.exitCode = 1');
      expect((await runner.prepareJob(withContainer)).conclusion).to.equal('failure');
      await runner.run({ run: 'true' });
      expect((await hook.lastCall()).input.state).to.equal(null);
    });
  });

  describe('the response', () => {
    const services = { services: [{ image: 'redis:7' }, { image: 'postgres:16' }] };
    const both = { ...withContainer, ...services };
    const files: [file: string, job: JobContainers, message: string | null][] = [
      ['ok-prepare_job-full.json', both, null],
      ['ok-prepare_job-minimal.json', withContainer, null],
      ['ok-prepare_job-services-only.json', services, null],
      ['bad-prepare_job-missing-isAlpine.json', withContainer, 'isAlpine'],
      ['bad-service-without-ports.json', both, 'context.services[0].ports'],
      ['bad-services-as-map.json', both, 'context.services'],
      ['bad-services-null.json', both, 'context.services'],
      ['bad-state-not-object.json', withContainer, 'state'],
      ['bad-two-documents.json', withContainer, 'one JSON document'],
      ['ok-step-empty.json', withContainer, 'could not be read'],
      ['ok-step-empty.json', services, 'could not be read'],
      ['ok-prepare_job-full.json', withContainer, '2 entries'],
      ['ok-prepare_job-full.json', services, 'no container'],
    ];
    for (const [file, job, message] of files)
      it(`${file} is ${message === null ? 'accepted' : `refused: ${message}`}`, async () => {
        const text = sample(join('responses', file));
        await hook.does(`fs.writeFileSync(input.responseFile, ${JSON.stringify(text)}); console.log('said')`);
        if (message === null) {
          expect((await runner.prepareJob(job)).response).to.deep.equal(JSON.parse(text));
        } else {
          const { message: said, result } = await refusal(runner.prepareJob(job));
          expect(said).to.contain(message);
          expect(result?.stdout.toString()).to.equal('said\n');
        }
      });

    it('may be missing after a step, and the runner removes it', async () => {
      await runner.prepareJob(withContainer);
      await hook.does('fs.rmSync(input.responseFile)');
      const result = await runner.run({ run: 'true' });
      expect([result.conclusion, result.response]).to.deep.equal(['success', null]);
      expect(await runner.list(runner.folders.responses)).to.deep.equal([]);
    });

    it('is not read after a failure', async () => {
      await hook.does(`fs.writeFileSync(input.responseFile, 'broken'); process.exitCode = 3`);
      const result = await runner.prepareJob(withContainer);
      expect([result.exitCode, result.response]).to.deep.equal([3, null]);
    });

    it('replaces the state that later commands get, except that of cleanup_job', async () => {
      await runner.prepareJob(withContainer);
      await hook.does(`respond({ state: { n: (input.state.n ?? 0) + 1 } })`);
      const states: unknown[] = [];
      for (const call of [{ kind: 'run', step: { run: '' } }, { kind: 'cleanupJob' }] satisfies HookCall[])
        for (let times = 0; times < 2; times++) {
          await runner.perform(call);
          states.push((await hook.lastCall()).input.state);
        }
      expect(states).to.deep.equal([{ jobPod: 'job' }, { n: 1 }, { n: 2 }, { n: 2 }]);
    });
  });

  describe('file commands', () => {
    const write = (name: string, text: string) => `fs.writeFileSync(env.${name}, ${JSON.stringify(text)});`;
    beforeEach(() => runner.prepareJob(withContainer));

    it('are read, and reach the steps that follow', async () => {
      await hook.does(
        write('GITHUB_ENV', 'A=1\nB<<END\nx=1\n\ny\nEND\nC==\r\n') +
          write('GITHUB_OUTPUT', 'out=<<x\n') +
          write('GITHUB_PATH', '/opt/bin\n') +
          write('GITHUB_STEP_SUMMARY', '# done'),
      );
      const { env, outputs, path, summary } = await runner.run({ run: 'true' });
      expect({ env, outputs, path, summary }).to.deep.equal({
        env: { A: '1', B: 'x=1\n\ny', C: '=' },
        outputs: { out: '<<x' },
        path: ['/opt/bin'],
        summary: '# done',
      });
      await hook.does('');
      await runner.run({ run: 'true', env: { A: '2' } });
      const { input } = await hook.lastCall();
      if (input.command !== 'run_script_step') throw new Error('wrong command');
      expect(Object.entries(input.args.environmentVariables).slice(0, 3)).to.deep.equal([
        ['A', '2'],
        ['B', 'x=1\n\ny'],
        ['C', '='],
      ]);
      expect(input.args.prependPath).to.deep.equal(['/opt/bin']);
    });

    it('count after a failed step, too', async () => {
      await hook.does(`${write('GITHUB_OUTPUT', 'a=b')} process.exitCode = 42`);
      const { exitCode, conclusion, outputs } = await runner.run({ run: 'true' });
      expect({ exitCode, conclusion, outputs }).to.deep.equal({
        exitCode: 42,
        conclusion: 'failure',
        outputs: { a: 'b' },
      });
    });

    it('may be gone', async () => {
      await hook.does('fs.rmSync(env.GITHUB_ENV); fs.rmSync(env.GITHUB_STEP_SUMMARY)');
      expect((await runner.run({ run: 'true' })).conclusion).to.equal('success');
    });

    for (const [title, name, text, message] of [
      ['a line without =', 'GITHUB_OUTPUT', 'words', 'Invalid format'],
      ['a line without name', 'GITHUB_ENV', '=x', 'Invalid format'],
      ['a delimiter that never comes', 'GITHUB_ENV', 'a<<END\nb\n', "'END'"],
      ['an empty delimiter', 'GITHUB_STATE', 'a<<\nb\n', 'Delimiter'],
      ['NODE_OPTIONS', 'GITHUB_ENV', 'NODE_OPTIONS=-r x', 'NODE_OPTIONS'],
      ['a summary that is too long', 'GITHUB_STEP_SUMMARY', 'é'.repeat(600_000), '1024k'],
    ] as const)
      it(`fail the step for ${title}`, async () => {
        await hook.does(write(name, text));
        const { exitCode, conclusion, errors } = await runner.run({ run: 'true' });
        expect([exitCode, conclusion]).to.deep.equal([0, 'failure']);
        expect(errors.join()).to.contain(message);
      });

    it('of steps at the same time do not mix', async () => {
      await hook.does(`
        const text = fs.readFileSync(input.args.entryPointArgs[1].replace('/__w', env.RUNNER_WORKSPACE + '/..'), 'utf8');
        setTimeout(() => fs.writeFileSync(env.GITHUB_OUTPUT, 'said=' + text), 100);
      `);
      const results = await Promise.all(['a', 'b', 'c'].map((run) => runner.run({ run })));
      expect(results.map(({ outputs }) => outputs['said'])).to.deep.equal(['a', 'b', 'c']);
    });
  });

  describe('workflow commands', () => {
    beforeEach(() => runner.prepareJob(withContainer));
    const say = async (text: string) => {
      await hook.does(`process.stdout.write(${JSON.stringify(text)})`);
      return runner.run({ run: 'true' });
    };

    for (const [line, expected] of [
      ['::notice::hi', { name: 'notice', properties: {}, data: 'hi' }],
      [
        '  ::error file=a.js,line=3::b%0Ac%3A',
        { name: 'error', properties: { file: 'a.js', line: '3' }, data: 'b\nc:' },
      ],
      ['::warning title=a%2Cb%3A::x::y', { name: 'warning', properties: { title: 'a,b:' }, data: 'x::y' }],
      ['log ##[group]Title', { name: 'group', properties: {}, data: 'Title' }],
      ['##[error file=a;line=1]x', { name: 'error', properties: { file: 'a', line: '1' }, data: 'x' }],
      ['::endgroup::', { name: 'endgroup', properties: {}, data: '' }],
      ['text ::error::x', null],
      ['::unknown::x', null],
      ['a::b::c', null],
    ] as const)
      it(`${expected === null ? 'are not in' : 'are in'} the line ${JSON.stringify(line)}`, async () => {
        const { commands } = await say(`before\n${line}\nafter\n`);
        expect(commands).to.deep.equal(expected === null ? [] : [{ ...expected, stream: 'stdout' }]);
      });

    it('end at \\n, \\r\\n, a lone \\r and the end of the output', async () => {
      const { commands } = await say('::debug::1\n::debug::2\r\n::debug::3\r::debug::4');
      expect(commands.map(({ data }) => data)).to.deep.equal(['1', '2', '3', '4']);
    });

    it('are found when they come in pieces, and on stderr', async () => {
      await hook.does(`
        process.stderr.write(':');
        setTimeout(() => process.stderr.write(':error::a'), 50);
        setTimeout(() => process.stderr.write('b\\n'), 100);
      `);
      const { commands } = await runner.run({ run: 'true' });
      expect(commands).to.deep.equal([{ name: 'error', properties: {}, data: 'ab', stream: 'stderr' }]);
    });

    it('set outputs and state the old way', async () => {
      const { outputs, state } = await say('::set-output name=a::1\n::save-state name=b::2\n');
      expect({ outputs, state }).to.deep.equal({ outputs: { a: '1' }, state: { b: '2' } });
    });

    it('can be stopped for a while', async () => {
      const { commands } = await say('::stop-commands::tok\n::error::no\n::tok::\n::error::yes\n');
      expect(commands.map(({ data }) => data)).to.deep.equal(['tok', 'yes']);
    });

    it('that are disabled fail the step', async () => {
      const { conclusion, errors } = await say('::set-env name=A::1\n');
      expect([conclusion, errors.length]).to.deep.equal(['failure', 1]);
    });

    it('add-matcher reads the file on the runner: the step fails where it is not', async () => {
      const { workspace } = runner.folders;
      await mkdir(join(workspace, '.github'));
      await writeFile(join(workspace, '.github/matcher.json'), '{}');
      for (const [path, conclusion] of [
        ['.github/matcher.json', 'success'],
        ['/__w/hello-world/hello-world/.github/matcher.json', 'success'],
        ['.github/other.json', 'failure'],
      ] as const)
        expect((await say(`::add-matcher::${path}\n`)).conclusion, path).to.equal(conclusion);
    });
  });

  describe('output', () => {
    beforeEach(() => runner.prepareJob(withContainer));

    it('is kept as it came, also in the order of both streams', async () => {
      await hook.does(`
        process.stdout.write(Buffer.from([0, 255, 10]));
        setTimeout(() => process.stderr.write('err'), 50);
        setTimeout(() => process.stdout.write('out'), 100);
      `);
      const { stdout, stderr, output } = await runner.run({ run: 'true' });
      expect(stdout).to.deep.equal(Buffer.from([0, 255, 10, 111, 117, 116]));
      expect(stderr.toString()).to.equal('err');
      expect(output.subarray(3).toString()).to.equal('errout');
    });

    it('can be counted, hashed and passed on without being kept', async () => {
      await hook.does(`process.stdout.write('x'.repeat(3_000_000)); process.stderr.write('yy')`);
      let passed = 0;
      const result = await runner.run(
        { run: 'true' },
        { keepOutput: false, onOutput: (chunk) => (passed += chunk.length) },
      );
      expect(passed).to.equal(3_000_002);
      expect([result.stdout.length, result.output.length]).to.deep.equal([0, 0]);
      expect([result.stdoutBytes, result.stderrBytes]).to.deep.equal([3_000_000, 2]);
      expect(result.stdoutSha256).to.equal(createHash('sha256').update('x'.repeat(3_000_000)).digest('hex'));
    });

    it('tells time and memory of the process', async () => {
      await hook.does(`const data = Buffer.alloc(100 << 20, 1); setTimeout(() => data.at(0), 200)`);
      const { durationMs, maxRssKb } = await runner.run({ run: 'true' });
      expect(durationMs).to.be.above(200);
      expect(maxRssKb).to.be.above(100 << 10);
    });
  });

  describe('cancelling', () => {
    const graceMs = { SIGINT: 300, SIGTERM: 300 };
    const onSignals = (...signals: string[]) => `
      for (const signal of ${JSON.stringify(signals)}) process.on(signal, () => console.log(signal));
      process.stdout.write('ready\\n');
      setTimeout(() => undefined, 15_000);`;
    /** Cancels when the hook says that it is ready. */
    const cancelled = async (body: string) => {
      runner = newRunner({ cancelGraceMs: graceMs });
      await runner.startJob();
      await hook.does(WORKING_HOOK);
      await runner.prepareJob(withContainer);
      await hook.does(body);
      const controller = new AbortController();
      return runner.run({ run: 'true' }, { signal: controller.signal, onOutput: () => controller.abort() });
    };

    it('is a SIGINT, and a failure even with exit code 0', async () => {
      const result = await cancelled(`
        process.on('SIGINT', () => { fs.writeFileSync(env.GITHUB_OUTPUT, 'a=1'); process.exit(0); });
        fs.writeFileSync(input.responseFile, 'broken, but not read');
        ${onSignals()}`);
      const { exitCode, signal, cancelledBy, conclusion, outputs } = result;
      expect({ exitCode, signal, cancelledBy, conclusion, outputs }).to.deep.equal({
        exitCode: 0,
        signal: null,
        cancelledBy: 'SIGINT',
        conclusion: 'failure',
        outputs: { a: '1' },
      });
    });

    it('goes on to SIGTERM when the hook stays', async () => {
      const { signal, cancelledBy, stdout } = await cancelled(onSignals('SIGINT'));
      expect([signal, cancelledBy]).to.deep.equal(['SIGTERM', 'SIGTERM']);
      expect(stdout.toString()).to.equal('ready\nSIGINT\n');
    });

    it('ends with SIGKILL', async () => {
      const { signal, cancelledBy, stdout } = await cancelled(onSignals('SIGINT', 'SIGTERM'));
      expect([signal, cancelledBy]).to.deep.equal(['SIGKILL', 'SIGKILL']);
      expect(stdout.toString()).to.equal('ready\nSIGINT\nSIGTERM\n');
    });

    it('that comes too late changes nothing', async () => {
      await runner.prepareJob(withContainer);
      const controller = new AbortController();
      const result = await runner.run({ run: 'true' }, { signal: controller.signal });
      controller.abort();
      expect([result.conclusion, result.cancelledBy]).to.deep.equal(['success', null]);
    });
  });

  describe('behind its agent', () => {
    let agent: AgentClient;
    let connections: ChildProcessWithoutNullStreams[];
    let bundle: string;
    before(async () => (bundle = await bundleAgent()));
    beforeEach(() => {
      connections = [];
      const options = {
        hook: hook.path,
        node: process.execPath,
        runnerRoot: join(folder, 'runner'),
        socket: join(folder, 'agent.sock'),
        cancelGraceMs: { SIGINT: 300, SIGTERM: 300 },
      };
      agent = new AgentClient(() => {
        const env = { PATH: process.env['PATH'], OF_THE_POD: 'é' };
        const child = spawn(process.execPath, [bundle, JSON.stringify(options)], { env });
        connections.push(child);
        return child;
      }, runner.folders);
    });
    afterEach(() => agent.close());

    it('gives the same results and errors as on the spot', async () => {
      await agent.startJob({ env: { A: '1' } });
      const prepared = await agent.prepareJob(withContainer);
      expect(prepared.response).to.deep.equal({ state: { jobPod: 'job' }, isAlpine: false });
      await hook.does(`
        process.stdout.write(Buffer.from([0, 255]));
        console.error('e');
        fs.writeFileSync(env.GITHUB_OUTPUT, 'pod=' + env.OF_THE_POD);
        fs.writeFileSync(input.responseFile, env.GITHUB_OUTPUT.length > 0 && input.args.entryPoint === 'bash' ? '[]' : '');
      `);
      const pieces: [string, string][] = [];
      const result = await agent.run(
        { run: 'true' },
        { onOutput: (chunk, stream) => pieces.push([stream, chunk.toString('latin1')]) },
      );
      expect(result.stdout).to.deep.equal(Buffer.from([0, 255]));
      expect(result.outputs).to.deep.equal({ pod: 'é' });
      expect(pieces).to.have.deep.members([
        ['stdout', '\x00\xff'],
        ['stderr', 'e\n'],
      ]);
      const refused = await refusal(agent.run({ run: 'true', shell: 'bash' }));
      expect(refused.message).to.equal('the response is not an object');
      expect(refused.result?.stderr.toString()).to.equal('e\n');
    });

    it('reads and writes files, and runs programs', async () => {
      const path = join(folder, 'new/deep/file');
      const content = Buffer.from([0, 10, 255]);
      await agent.writeFile(path, content, 0o640);
      expect(await agent.readFile(path)).to.deep.equal(content);
      expect(await agent.stat(path)).to.include({ type: 'file', mode: 0o640, size: 3 });
      expect(await agent.list(join(folder, 'new'))).to.deep.equal(['deep', 'deep/file']);
      await agent.remove(join(folder, 'new'));
      expect(await agent.stat(path)).to.equal(null);
      const { exitCode, stdout } = await agent.exec(['sh', '-c', 'cat; exit 3'], { input: 'in' });
      expect([exitCode, stdout.toString()]).to.deep.equal([3, 'in']);
    });

    it('runs several steps at once and cancels one of them', async () => {
      await agent.startJob();
      await agent.prepareJob(withContainer);
      await hook.does(`
        process.stdout.write('started');
        const stays = input.args.entryPoint === 'bash';
        setTimeout(() => fs.writeFileSync(env.GITHUB_OUTPUT, 'a=1'), stays ? 15_000 : 600);
      `);
      const controller = new AbortController();
      const [cancelled, ended] = await Promise.all([
        agent.run(
          { run: '1', shell: 'bash' },
          { signal: controller.signal, onOutput: () => controller.abort() },
        ),
        agent.run({ run: '2' }),
      ]);
      expect([cancelled.signal, cancelled.cancelledBy]).to.deep.equal(['SIGINT', 'SIGINT']);
      expect([ended.conclusion, ended.outputs]).to.deep.equal(['success', { a: '1' }]);
    });

    it('goes on with a step, once, when the connection to it is cut', async () => {
      await agent.startJob();
      await agent.prepareJob(withContainer);
      const gate = join(folder, 'gate');
      await hook.does(`
        process.stdout.write('started');
        const timer = setInterval(() => {
          if (!fs.existsSync('${gate}')) return;
          process.stdout.write('done');
          clearInterval(timer);
        }, 20);`);
      let step: Promise<HookResult> | undefined;
      await new Promise<void>((started) => {
        step = agent.run({ run: '1' }, { onOutput: () => started() });
      });
      connections[0]?.kill('SIGKILL');
      // This goes over the next connection, after the step's request, which is repeated there.
      await agent.writeFile(gate, '');
      expect((await step)?.output.toString()).to.equal('starteddone');
      await agent.cleanupJob();
      const commands = (await hook.calls()).map(({ input }) => input.command);
      expect(commands).to.deep.equal(['prepare_job', 'run_script_step', 'cleanup_job']);
      expect(connections).to.have.length(2);
    });
  });

  describe('in a pod', () => {
    const documents = (file: string) => loadAll(readFileSync(join(ARC, file), 'utf8'));
    const namespace = 'arc-runners';
    for (const [mode, file, name] of [
      ['volume', 'kubernetes', 'arc-k8s-7q2wm-runner-8zk4d'],
      ['novolume', 'novolume', 'arc-novolume-x5c9t-runner-2hq7p'],
    ] as const)
      it(`has the account, the role and the pod of ARC in mode ${mode}`, () => {
        expect(runnerAccess(mode, namespace)).to.deep.equal(documents(`rbac-${file}.yaml`));
        const pod = runnerPod({ mode, namespace, name });
        expect(documents(`runner-${file}.yaml`)[0]).to.deep.nested.include({
          spec: pod.spec,
          'metadata.name': name,
          'metadata.labels': pod.metadata?.labels,
        });
      });

    it('takes more environment, which wins over that of ARC', () => {
      const more = { ACTIONS_RUNNER_CONTAINER_HOOKS: '/my/index.js', A: '1' };
      const pod = runnerPod({ mode: 'volume', namespace, name: 'x', env: more });
      expect(pod.spec?.containers[0]?.env?.map(({ name, value }) => [name, value])).to.deep.equal([
        ['ACTIONS_RUNNER_POD_NAME', undefined],
        ['ACTIONS_RUNNER_REQUIRE_JOB_CONTAINER', 'true'],
        ['ACTIONS_RUNNER_CONTAINER_HOOKS', '/my/index.js'],
        ['A', '1'],
      ]);
    });
  });
});

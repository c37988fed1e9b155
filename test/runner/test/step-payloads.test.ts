import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'chai';
import type { FakeHook } from '../fake-hook.js';
import type { HookCall } from '../runner.js';
import type { RunnerSimulator } from '../simulator.js';
import { normal, sample, simulatorBed, withContainer } from './simulator-bed.js';
import type { SimulatorBed } from './simulator-bed.js';

describe("the simulator of GitHub's runner", () => {
  let folder: string;
  let hook: FakeHook;
  let runner: RunnerSimulator;
  let newRunner: SimulatorBed['newRunner'];
  beforeEach(async () => ({ folder, hook, runner, newRunner } = await simulatorBed()));
  afterEach(() => rm(folder, { recursive: true, force: true }));

  describe('payloads', () => {
    const normalised = (text: string) => normal(text, folder);
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
        expect(normalised((await hook.lastCall()).stdin)).to.equal(normalised(sample(file)));
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
      const step = normalised((await hook.lastCall()).stdin);
      expect(step).to.equal(normalised(sample('v12-run_container_step-no-prepare-no-job-container.json')));
      await runner.cleanupJob();
      const cleanup = normalised((await hook.lastCall()).stdin);
      expect(cleanup).to.equal(normalised(sample('v11-cleanup_job-after-failed-prepare.json')));
    });
  });
});

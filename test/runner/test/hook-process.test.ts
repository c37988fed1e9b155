import { createHash } from 'node:crypto';
import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'chai';
import type { FakeHook } from '../fake-hook.js';
import type { RunnerSimulator } from '../simulator.js';
import { PAYLOADS, refusal, simulatorBed, withContainer } from './simulator-bed.js';
import type { SimulatorBed } from './simulator-bed.js';

describe("the simulator of GitHub's runner", () => {
  let folder: string;
  let hook: FakeHook;
  let runner: RunnerSimulator;
  let newRunner: SimulatorBed['newRunner'];
  beforeEach(async () => ({ folder, hook, runner, newRunner } = await simulatorBed()));
  afterEach(() => rm(folder, { recursive: true, force: true }));

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
});

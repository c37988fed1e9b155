import { rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'chai';
import { WORKING_HOOK } from '../fake-hook.js';
import type { FakeHook } from '../fake-hook.js';
import type { RunnerSimulator } from '../simulator.js';
import { refusal, simulatorBed, withContainer } from './simulator-bed.js';

describe("the simulator of GitHub's runner", () => {
  let folder: string;
  let hook: FakeHook;
  let runner: RunnerSimulator;
  beforeEach(async () => ({ folder, hook, runner } = await simulatorBed()));
  afterEach(() => rm(folder, { recursive: true, force: true }));

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
});

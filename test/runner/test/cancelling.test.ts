import { rm } from 'node:fs/promises';
import { expect } from 'chai';
import { WORKING_HOOK } from '../fake-hook.js';
import type { FakeHook } from '../fake-hook.js';
import type { RunnerSimulator } from '../simulator.js';
import { simulatorBed, withContainer } from './simulator-bed.js';
import type { SimulatorBed } from './simulator-bed.js';

describe("the simulator of GitHub's runner", () => {
  let folder: string;
  let hook: FakeHook;
  let runner: RunnerSimulator;
  let newRunner: SimulatorBed['newRunner'];
  beforeEach(async () => ({ folder, hook, runner, newRunner } = await simulatorBed()));
  afterEach(() => rm(folder, { recursive: true, force: true }));

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
});

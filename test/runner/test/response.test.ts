import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'chai';
import type { FakeHook } from '../fake-hook.js';
import type { HookCall, JobContainers } from '../runner.js';
import type { RunnerSimulator } from '../simulator.js';
import { refusal, sample, simulatorBed, withContainer } from './simulator-bed.js';

describe("the simulator of GitHub's runner", () => {
  let folder: string;
  let hook: FakeHook;
  let runner: RunnerSimulator;
  beforeEach(async () => ({ folder, hook, runner } = await simulatorBed()));
  afterEach(() => rm(folder, { recursive: true, force: true }));

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
});

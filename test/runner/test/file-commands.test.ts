import { rm } from 'node:fs/promises';
import { expect } from 'chai';
import type { FakeHook } from '../fake-hook.js';
import type { RunnerSimulator } from '../simulator.js';
import { simulatorBed, withContainer } from './simulator-bed.js';

describe("the simulator of GitHub's runner", () => {
  let folder: string;
  let hook: FakeHook;
  let runner: RunnerSimulator;
  beforeEach(async () => ({ folder, hook, runner } = await simulatorBed()));
  afterEach(() => rm(folder, { recursive: true, force: true }));

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
});

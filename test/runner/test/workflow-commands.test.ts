import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
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
});

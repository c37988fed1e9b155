import { expect } from 'chai';
import { BuildLog } from '../../src/commands/build-log.js';
import { MemoryLog } from '../support/command-context.js';

const BEGIN = '::group::Building o/r/Dockerfile\n::stop-commands::TOKEN\n';
const END = '\n::TOKEN::\n::endgroup::\n';

describe('the log of a Dockerfile that is carried out', () => {
  /** What the runner gets when the pod is gone behind `text`, which comes in parts of this length. */
  const shown = async (text: string, length: number) => {
    const out = new MemoryLog();
    const log = new BuildLog(out, 'TOKEN');
    for (let at = 0; at < text.length; at += length)
      await log.write(Buffer.from(text.slice(at, at + length)));
    await log.giveBack();
    await log.giveBack();
    return out.output;
  };

  for (const length of [1, 7, 1000]) {
    it(`gives commands back to the runner where a build is killed (${length} bytes at once)`, async () => {
      expect(await shown(`${BEGIN}[line 2] RUN x\nhalf`, length)).to.equal(
        `${BEGIN}[line 2] RUN x\nhalf\n::TOKEN::\n::endgroup::\n`,
      );
    });

    it(`adds nothing behind a build that has come to its end (${length} bytes at once)`, async () => {
      const text = `${BEGIN}x\n${END}started\n`;
      expect(await shown(text, length)).to.equal(text);
    });
  }

  it('adds nothing where no build has begun, and passes on what the hook says', async () => {
    const out = new MemoryLog();
    const log = new BuildLog(out, 'TOKEN');
    await log.giveBack();
    log.line('a');
    log.warning('b');
    log.debug('c');
    log.group('d', ['e']);
    expect([out.output, out.lines, out.warnings, out.debugLines, out.groups]).to.deep.equal([
      '',
      ['a'],
      ['b'],
      ['c'],
      [{ title: 'd', lines: ['e'] }],
    ]);
  });
});

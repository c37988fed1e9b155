import { expect } from 'chai';
import fc from 'fast-check';
import { splitCommandLine } from '../../src/options/command-line.js';

const WORDS: Readonly<Record<string, readonly string[]>> = {
  '': [],
  '  --cpus 1\n\t--init ': ['--cpus', '1', '--init'],
  '--health-cmd "redis-cli ping"': ['--health-cmd', 'redis-cli ping'],
  "--health-cmd 'redis-cli ping'": ['--health-cmd', 'redis-cli ping'],
  '--health-cmd="a \'b c\' \\"d\\""': ['--health-cmd=a \'b c\' "d"'],
  '--health-cmd=\'say "hi"\'': ['--health-cmd=say "hi"'],
  '--label a="" ""': ['--label', 'a=', ''],
  '"a""b"': ['a"b'],
  'C:\\path\\to \\n': ['C:\\path\\to', '\\n'],
};

describe('splitCommandLine', () => {
  for (const [text, words] of Object.entries(WORDS))
    it(`cuts ${JSON.stringify(text)} as the runner does for docker`, () => {
      expect(splitCommandLine(text)).to.deep.equal({ words });
    });

  for (const [text, fault] of [
    ['--health-cmd "redis-cli ping', 'the quote " at character 14 is never closed'],
    ["--label a=it's", "the quote ' at character 13 is never closed"],
  ] as const)
    it(`names the open quote of ${text}`, () => {
      expect(splitCommandLine(text)).to.deep.equal({ fault });
    });

  it('gives back any words between double quotes', () => {
    fc.assert(
      fc.property(
        fc.array(fc.string({ unit: 'binary' }).map((word) => word.replaceAll(/[\\"]/g, ''))),
        (words) => {
          // Two double quotes within a word stand for one: an empty word is followed by a blank here.
          expect(splitCommandLine(words.map((word) => `"${word}"`).join(' '))).to.deep.equal({ words });
        },
      ),
    );
  });
});

import { expect } from 'chai';
import { environmentLines } from '../../src/step/environment.js';
import { hookErrorOf } from '../../../hooklib/test/hook-error.js';

const KIB = 1024;

describe('environmentLines', () => {
  const LINES: readonly [name: string, value: string, line: string][] = [
    ['FOO', 'bar', 'export FOO=bar'],
    ['_X1', 'a b', "export _X1='a b'"],
    ['EMPTY', '', "export EMPTY=''"],
    ['INPUT_FETCH-DEPTH', '1', 'set -- "$@" INPUT_FETCH-DEPTH=1'],
    ['a.b', '', 'set -- "$@" a.b='],
    ['PPID', '1', 'set -- "$@" PPID=1'],
    ['LC_ALL', 'C', 'set -- "$@" LC_ALL=C'],
    ['_ph_dir', '/x', 'set -- "$@" _ph_dir=/x'],
    ['PATH', '/bin:/my tools', "_ph_path='/bin:/my tools'"],
  ];
  for (const [name, value, line] of LINES)
    it(`sets ${name} by ${line}`, () => {
      expect(environmentLines({ [name]: value })).to.deep.equal([line]);
    });

  const REFUSED: readonly [title: string, variables: Record<string, string>, words: string[]][] = [
    ['an empty name', { '': 'a' }, ['""']],
    ['a name with "="', { 'A=B': 'a' }, ['"A=B"']],
    ['a NUL byte in a name', { 'A\0': 'a' }, ['"A\\u0000"']],
    ['a NUL byte in a value', { OK: '1', BAD: 'a\0b' }, ['"BAD"']],
    ['a value of 128 KiB', { SMALL: 'x', BIG: 'x'.repeat(128 * KIB) }, ['BIG', '131076 bytes', '131071']],
    ['a value of 44,000 letters of three bytes', { WIDE: '…'.repeat(44_000) }, ['WIDE', '132005 bytes']],
    [
      'more than 1.75 MiB in all',
      Object.fromEntries(
        Array.from({ length: 20 }, (_, i) => [`V${i}`, 'x'.repeat(i === 7 ? 110_000 : 100_000)]),
      ),
      ['2010250 bytes', 'V7', '110003 bytes'],
    ],
  ];
  for (const [title, variables, words] of REFUSED)
    it(`refuses ${title}, and names the variable`, () => {
      const { message } = hookErrorOf('INPUT_INVALID', () => environmentLines(variables));
      for (const word of words) expect(message).to.contain(word);
      expect(message).to.not.match(/x{9}|…{9}|a\0b/);
    });

  it('takes the largest string that the kernel takes', () => {
    expect(environmentLines({ A: 'x'.repeat(128 * KIB - 3) })).to.have.length(1);
    hookErrorOf('INPUT_INVALID', () => environmentLines({ A: 'x'.repeat(128 * KIB - 2) }));
  });
});

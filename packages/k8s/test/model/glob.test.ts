import { expect } from 'chai';
import { findGlob } from '../../src/model/glob.js';

describe('findGlob', () => {
  for (const [glob, yes, no] of [
    ['abc', ['abc'], ['ab', 'abcd', '']],
    ['*', ['', 'a', 'a\nb'], []],
    ['a*', ['a', 'ab'], ['ba']],
    ['*a', ['a', 'ba'], ['ab']],
    ['a*a', ['aa', 'aba'], ['a', 'ab']],
    ['a*b*c', ['abc', 'axbyc', 'abbcbc'], ['acb', 'ac', 'abcd']],
    ['a*bc*c', ['abcc'], ['abc']],
    ['--cap-add=*', ['--cap-add=ALL'], ['--cap-drop=ALL']],
    ['a.c', ['a.c'], ['abc']],
  ] as const)
    it(`knows texts that match ${glob}`, () => {
      expect(yes.filter((text) => findGlob(text, [glob]) === undefined)).to.deep.equal([]);
      expect(no.filter((text) => findGlob(text, [glob]) !== undefined)).to.deep.equal([]);
    });

  it('gives the first glob that matches, and sees at once that a long text does not match many stars', () => {
    // A regular expression would try all ways, and not end in the time of a test.
    expect(findGlob('a'.repeat(5_000), [`${'*a'.repeat(60)}*b`, 'b*', '*a', 'a*'])).to.equal('*a');
  });
});

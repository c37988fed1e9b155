import { expect } from 'chai';
import { namePattern, pathPattern } from '../../src/model/wildcards.js';

describe('wildcards of a Dockerfile', () => {
  for (const [pattern, yes, no] of [
    ['*.sh', ['a.sh', '.sh', 'a.b.sh'], ['a.sh.txt', 'sh']],
    ['a?c', ['abc', 'a😀c'], ['ac', 'abbc']],
    ['[a-c]x', ['ax', 'cx'], ['dx', '-x']],
    ['[^a-c]x', ['dx'], ['ax', 'x']],
    ['[z-a]x', [], ['zx', 'ax']],
    ['[\\d]', ['d'], ['1', '\\']],
    ['[a-]', ['a', '-'], ['b']],
    ['[a', ['[a'], ['a']],
    ['\\*', ['*'], ['a']],
    ['a*b*c', ['abc', 'aXbYc', 'abbcbc'], ['acb', 'ab']],
    ['(+.$', ['(+.$'], ['(+x$']],
  ] as const)
    it(`knows names that match ${pattern}`, () => {
      expect(yes.filter((name) => !namePattern(pattern)(name))).to.deep.equal([]);
      expect(no.filter(namePattern(pattern))).to.deep.equal([]);
    });

  for (const [pattern, yes, no] of [
    ['**/x', ['x', 'a/x', 'a/b/x'], ['ax', 'x/a']],
    ['a/**', ['a/b', 'a/b/c'], ['a', 'ab/c']],
    ['a/**/b', ['a/b', 'a/x/b', 'a/x/y/b'], ['a/xb', 'b']],
    ['**', ['a', 'a/b'], []],
    ['a/*', ['a/b'], ['a', 'a/b/c']],
    ['a**', ['ab'], ['a/b']],
  ] as const)
    it(`knows paths that match ${pattern}`, () => {
      expect(yes.filter((path) => !pathPattern(pattern)(path))).to.deep.equal([]);
      expect(no.filter(pathPattern(pattern))).to.deep.equal([]);
    });

  it('see at once that a long name does not match many stars', () => {
    // A regular expression would try all ways, and not end in the time of a test.
    expect(namePattern(`${'*a'.repeat(60)}*b`)('a'.repeat(255))).to.equal(false);
  });
});

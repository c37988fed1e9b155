import { expect } from 'chai';
import { editDistance, nearest } from '../../src/yaml/suggest.js';

describe('editDistance', () => {
  const CASES: [a: string, b: string, distance: number][] = [
    ['', '', 0],
    ['', 'abc', 3],
    ['abc', 'abc', 0],
    ['abc', 'ab', 1],
    ['abc', 'abcd', 1],
    ['abc', 'axc', 1],
    ['abc', 'acb', 1],
    ['abcd', 'badc', 2],
    ['kitten', 'sitting', 3],
  ];
  for (const [a, b, distance] of CASES) {
    it(`from "${a}" to "${b}" is ${String(distance)}`, () => {
      expect(editDistance(a, b)).to.equal(distance);
      expect(editDistance(b, a)).to.equal(distance);
    });
  }
});

describe('nearest', () => {
  const CASES: [word: string, candidates: string[], found: string | undefined][] = [
    ['imagePullPolcy', ['image', 'imagePullPolicy'], 'imagePullPolicy'],
    ['nodeselector', ['nodeName', 'nodeSelector'], 'nodeSelector'],
    ['volumesMounts', ['volumeDevices', 'volumeMounts'], 'volumeMounts'],
    ['jbo', ['job', 'step'], 'job'],
    ['bug', ['job', 'step'], undefined],
    ['redis', ['job', 'step', 'helper'], undefined],
    ['abcde', ['abcxy', 'abcdx'], 'abcdx'],
    ['a', [], undefined],
  ];
  for (const [word, candidates, found] of CASES) {
    it(`to ${word} of ${candidates.join(', ') || 'nothing'} is ${found ?? 'nothing'}`, () => {
      expect(nearest(word, candidates)).to.equal(found);
    });
  }
});

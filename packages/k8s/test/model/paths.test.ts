import { expect } from 'chai';
import { actionsIn, below, sourceOf, toContainer, toRunner } from '../../src/model/paths.js';

describe('below', () => {
  const CASES: readonly [outer: string, inner: string, relative: string | undefined][] = [
    ['/a', '/a', ''],
    ['/a', '/a/', ''],
    ['/a', '/a/b/c', 'b/c'],
    ['/a/', '/a//b', 'b'],
    ['/', '/a', 'a'],
    ['/a', '/a/..b', '..b'],
    ['/a', '/ab', undefined],
    ['/a/b', '/a', undefined],
    ['/a', '/a/../b', undefined],
    ['/a', '/a/b/../c', 'c'],
  ];
  for (const [outer, inner, relative] of CASES)
    it(`finds ${inner} ${relative === undefined ? 'outside of' : `at "${relative}" in`} ${outer}`, () => {
      expect(below(outer, inner)).to.equal(relative);
    });
});

describe('toRunner and toContainer', () => {
  const work = '/home/runner/_work';
  const PAIRS: readonly [container: string, runner: string][] = [
    ['/__w', '/home/runner/_work'],
    ['/__w/_temp/a b.sh', '/home/runner/_work/_temp/a b.sh'],
  ];
  for (const [container, runner] of PAIRS)
    it(`takes ${container} in the container for ${runner} on the runner, and back`, () => {
      expect(toRunner(container, work)).to.equal(runner);
      expect(toContainer(runner, work)).to.equal(container);
    });

  it('know no other paths', () => {
    for (const path of ['/__wx', '/etc/passwd', '/__w/../etc'])
      expect(toRunner(path, work)).to.equal(undefined);
    for (const path of ['/home/runner', `${work}/../x`]) expect(toContainer(path, work)).to.equal(undefined);
  });
});

describe('actionsIn', () => {
  it('finds the folders of actions that a text names', () => {
    const text = `. "/__w/_actions/o/r/v1.2/run.sh" /__w/_actions/o/r/feature..x /__w/_actions/o/r`;
    expect(actionsIn(text)).to.deep.equal(['_actions/o/r/v1.2', '_actions/o/r/feature..x']);
  });

  for (const text of [
    '/__w/_actions/../../.',
    '/__w/_actions/o/r/..',
    '/__w/_actions/o/./r',
    '/__w/_actions/../o/r',
  ])
    it(`finds none in ${text}, which leads elsewhere`, () => {
      expect(actionsIn(text)).to.deep.equal([]);
    });
});

describe('sourceOf', () => {
  const mount = (targetVolumePath: string, sourceVolumePath: string | null) => ({
    userProvidedValue: null,
    sourceVolumePath,
    targetVolumePath,
    readOnly: false,
  });

  it('finds where the runner keeps a folder', () => {
    const mounts = [mount('/__w', '/w'), mount('/__w/_temp', '/w/_temp'), mount('/x', null)];
    expect(sourceOf(mounts, '/__w/_temp')).to.equal('/w/_temp');
    expect(sourceOf(mounts, '/x')).to.equal(undefined);
    expect(sourceOf(mounts, '/__w/')).to.equal(undefined);
  });
});

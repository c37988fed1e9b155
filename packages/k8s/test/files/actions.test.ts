import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { newActions, presentActions, rememberActions } from '../../src/files/actions.js';

describe('the actions that a pod has', () => {
  let work: string;
  beforeEach(() => (work = mkdtempSync(join(tmpdir(), 'podhooks-actions-'))));
  afterEach(() => rmSync(work, { recursive: true }));

  const action = (name: string) => mkdirSync(join(work, name, 'dist'), { recursive: true });
  const [v1, v2, cached] = ['_actions/o/r/v1', '_actions/o/r/v2', '_actions/p/q/v3'];

  it('are at first those that the runner has, links included', async () => {
    action(v1);
    action(v2);
    action('cache');
    mkdirSync(join(work, '_actions/p/q'), { recursive: true });
    symlinkSync(join(work, 'cache'), join(work, cached));
    writeFileSync(join(work, '_actions/o/r/v1.completed'), '');
    expect(await presentActions(work)).to.have.members([v1, v2, cached]);
  });

  it('are none in a job that uses none', async () => {
    expect(await presentActions(work)).to.deep.equal([]);
  });

  it('grow by what a step names and the runner has', async () => {
    action(v1);
    action(v2);
    await rememberActions(work, [v1]);
    const texts = [
      `/__w/${v1}/index.js`,
      `. "/__w/${v2}/run.sh" /__w/${v2}`,
      '/__w/_actions/not/there/v1/x',
      '/__w/src',
    ];
    expect(await newActions(work, texts)).to.deep.equal([v2]);
    await rememberActions(work, [v2]);
    expect(await newActions(work, texts)).to.deep.equal([]);
  });

  it('are all new when none was sent before', async () => {
    action(v1);
    expect(await newActions(work, [`/__w/${v1}/index.js`])).to.deep.equal([v1]);
  });
});

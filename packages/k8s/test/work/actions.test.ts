import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { newActions, presentActions, rememberActions } from '../../src/work/actions.js';

describe('the actions that a pod has', () => {
  let work: string;
  beforeEach(() => (work = mkdtempSync(join(tmpdir(), 'podhooks-actions-'))));
  afterEach(() => rmSync(work, { recursive: true }));

  const action = (name: string) => {
    mkdirSync(join(work, name, 'dist'), { recursive: true });
    writeFileSync(join(work, name, 'action.yml'), '');
  };
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

  it('are each its own where a ref has slashes', async () => {
    const [first, second] = ['_actions/o/r/releases/v1', '_actions/o/r/releases/v2'];
    action(first);
    writeFileSync(join(work, `${first}.completed`), '');
    expect(await presentActions(work)).to.deep.equal([first]);
    await rememberActions(work, [first]);
    expect(await newActions(work, [`/__w/${first}/index.js`])).to.deep.equal([]);
    action(second);
    writeFileSync(join(work, `${second}.completed`), '');
    expect(await newActions(work, [`/__w/${second}/index.js`])).to.deep.equal([second]);
  });

  it('are whole, whatever folders they hold', async () => {
    action(v1);
    writeFileSync(join(work, v1, 'action.yml'), '');
    mkdirSync(join(work, v2, 'only/folders'), { recursive: true });
    writeFileSync(join(work, `${v2}.completed`), '');
    expect(await presentActions(work)).to.have.members([v1, v2]);
  });

  const OUTSIDE = [
    '/__w/_actions/../../.',
    '/__w/_actions/../../_work',
    '/__w/_actions/./../..',
    '/__w/_actions/o/../..',
    '/__w/_actions/o/r/..',
    '/__w/_actions/o/r/.',
    '/__w/_actions/o/r/../../../../x',
  ];
  for (const path of OUTSIDE)
    it(`are not grown by ${path}`, async () => {
      action(v1);
      expect(await newActions(work, [path, `x ${path}/index.js`])).to.deep.equal([]);
    });

  it('are not all new when the list of those that were sent is a folder or a link', async () => {
    action(v1);
    const list = join(work, '_temp/_podhooks/actions');
    mkdirSync(join(work, '_temp/_podhooks'), { recursive: true });
    const secret = join(work, 'secret');
    writeFileSync(secret, 'kept');
    symlinkSync(secret, list);
    await rememberActions(work, [v1]).catch(() => undefined);
    expect(readFileSync(secret, 'utf8')).to.equal('kept');
  });

  it('are all new when none was sent before', async () => {
    action(v1);
    expect(await newActions(work, [`/__w/${v1}/index.js`])).to.deep.equal([v1]);
  });
});

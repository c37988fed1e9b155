import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'chai';
import { freshInTemp, markKnown } from '../../src/work/fresh.js';

/** The kernel's clock for files moves in ticks. */
const tick = () => sleep(20);

describe('what the runner’s side has put into _temp since the last call', () => {
  let work: string;
  beforeEach(() => (work = mkdtempSync(join(tmpdir(), 'podhooks-fresh-'))));
  afterEach(() => rmSync(work, { recursive: true }));
  const put = (name: string) => {
    mkdirSync(dirname(join(work, '_temp', name)), { recursive: true });
    writeFileSync(join(work, '_temp', name), name);
  };

  it('is what has changed behind the mark, and no script, and nothing that the runner keeps for itself', async () => {
    put('old');
    put('folder/old');
    put('_github_home/x');
    markKnown(work);
    await tick();
    expect(freshInTemp(work)).to.deep.equal([]);
    put('new');
    put('folder/new');
    put('0a1b2c3d-0000-4000-8000-0123456789ab.sh');
    put('_runner_file_commands/set_env_1');
    put('_github_workflow/event.json');
    put('_github_home/y');
    expect(freshInTemp(work).sort()).to.deep.equal(['_temp/folder', '_temp/new']);
    markKnown(work);
    expect(freshInTemp(work)).to.deep.equal([]);
  });

  it('is nothing in a job that was prepared without the mark', () => {
    put('new');
    expect(freshInTemp(work)).to.deep.equal([]);
  });
});

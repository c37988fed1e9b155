import { spawnSync } from 'node:child_process';
import { expect } from 'chai';

describe('the structure of the hook', () => {
  it('has one direction of imports, no cycle, no long file and no crowded folder', () => {
    const { stderr, status } = spawnSync(process.execPath, ['scripts/structure.mjs'], { encoding: 'utf8' });
    expect(stderr).to.equal('');
    expect(status).to.equal(0);
  });
});

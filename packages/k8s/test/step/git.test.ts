import { execFileSync } from 'node:child_process';
import { expect } from 'chai';
import { withSafeDirectory } from '../../src/step/git.js';

describe('the environment of git in a step', () => {
  const asked = (environment: Readonly<Record<string, string>>) =>
    execFileSync('git', ['config', '--get-all', 'safe.directory'], {
      env: { PATH: process.env['PATH'], HOME: '/nonexistent', ...environment },
      encoding: 'utf8',
    });

  it('lets git work in folders of other users', () => {
    const environment = withSafeDirectory({ A: '1' }, { gitSafeDirectory: true });
    expect(environment).to.include({ A: '1' });
    expect(asked(environment)).to.equal('*\n');
  });

  it('is left alone where it is turned off, and where the workflow configures git by it', () => {
    expect(withSafeDirectory({ A: '1' }, { gitSafeDirectory: false })).to.deep.equal({ A: '1' });
    const own = { GIT_CONFIG_COUNT: '0' };
    expect(withSafeDirectory(own, { gitSafeDirectory: true })).to.deep.equal(own);
  });
});

import { spawnSync } from 'node:child_process';
import { existsSync, statSync } from 'node:fs';
import { expect } from 'chai';
import { READ_FILES } from '../../src/agent/action-files.js';
import { ActionBed } from '../support/action-bed.js';
import { SHELLS } from '../support/shells.js';

const ODD = `'it is' "odd" $(touch x) \\ \n -rf &`;

for (const shell of SHELLS)
  describe(`files of a docker action beside a job container with ${shell.name}`, () => {
    let bed: ActionBed;
    beforeEach(() => {
      bed = new ActionBed(shell);
      bed.in(
        bed.job,
        `mkdir -p repo/repo/sub _temp/_github_home _temp/_github_workflow repo/repo/.git/objects
         cd repo/repo; echo 1 > kept; echo 2 > changed; echo 3 > gone; echo 4 > sub/gone; ln -s kept link; ln -s sub folder-link
         echo 5 > becomes-folder; mkdir becomes-file; echo 6 > becomes-file/x; echo o > .git/objects/o; echo h > ../../_temp/_github_home/h
         chmod 600 kept; echo e > ../../_temp/_github_workflow/event.json`,
      );
      bed.share();
    });
    afterEach(() => bed.close());

    it('are those of the job, but for what the runner itself brings, open to every user', () => {
      const without = bed.tree(bed.job).filter((line) => !line.includes('_github_workflow'));
      expect(bed.tree(bed.action)).to.deep.equal(without);
      expect(statSync(bed.action.path('w/repo/repo/kept')).mode & 0o777).to.equal(0o666);
    });

    it('are not sent back where nothing has changed', () => {
      bed.in(bed.job, 'echo later > repo/repo/later');
      expect(bed.bringBack()).to.equal(3);
      expect(existsSync(bed.job.path('w/repo/repo/later'))).to.equal(true);
    });

    it('are in the job pod what they are in the pod of the action, whatever it does to them', () => {
      bed.in(bed.job, 'rm -r _temp/_github_workflow');
      bed.in(
        bed.action,
        `cd repo/repo; echo 22 > changed; rm gone link; rm -r sub/gone becomes-file; rm becomes-folder; mkdir becomes-folder
         echo 55 > becomes-folder/x; echo 66 > becomes-file; rm folder-link; mkdir folder-link; echo 7 > folder-link/y
         ln -s changed link; mv sub moved; echo new > .git/objects/n; echo hh > ../../_temp/_github_home/h; mkdir -p deep/er; echo z > deep/er/z`,
      );
      spawnSync('mkdir', [`${bed.action.path('w/repo/repo')}/${ODD}`]);
      spawnSync('touch', [`${bed.action.path('w/repo/repo')}/${ODD}/${ODD}`]);
      expect(bed.bringBack()).to.equal(0);
      expect(bed.tree(bed.job)).to.deep.equal(bed.tree(bed.action));
      expect(bed.job.remains()).to.deep.equal(['id.files']);
    });

    for (const name of ['.github', '...', 'remove.sh', 'files'])
      it(`reach a repository of the name ${name}`, () => {
        bed.close();
        bed = new ActionBed(shell, name);
        bed.in(bed.job, `mkdir -p ${name}/${name} _temp; echo 1 > ${name}/${name}/x`);
        bed.share();
        bed.in(bed.action, `echo 2 > ${name}/${name}/x; echo 3 > ${name}/${name}/y`);
        expect(bed.bringBack()).to.equal(0);
        expect(bed.tree(bed.job)).to.deep.equal(bed.tree(bed.action));
        expect(bed.in(bed.job, `cat ${name}/${name}/x ${name}/${name}/y`)).to.equal('2\n3\n');
      });

    it('are removed by their exact names', () => {
      bed.close();
      bed = new ActionBed(shell);
      bed.in(bed.job, 'mkdir -p repo/repo _temp');
      spawnSync('mkdir', [`${bed.job.path('w/repo/repo')}/${ODD}`]);
      bed.share();
      spawnSync('rmdir', [`${bed.action.path('w/repo/repo')}/${ODD}`]);
      expect(bed.bringBack()).to.equal(0);
      expect(bed.tree(bed.job)).to.deep.equal(bed.tree(bed.action));
    });

    it('are not written through a link that the job has in the meantime', () => {
      bed.in(bed.job, 'echo mine > outside; cd repo/repo; rm changed; ln -s ../../outside changed');
      bed.in(bed.action, 'echo 22 > repo/repo/changed');
      expect(bed.bringBack()).to.equal(0);
      expect(bed.in(bed.job, 'cat outside repo/repo/changed')).to.equal('mine\n22\n');
    });
  });

describe('file commands of a docker action', () => {
  it('are read byte by byte, and told from links, folders and what is gone', () => {
    const [shell] = SHELLS;
    if (shell === undefined) throw new Error('no shell');
    const bed = new ActionBed(shell);
    bed.in(
      bed.action,
      String.raw`printf 'a\0\377\n' > a; : > empty; ln -s a link; mkfifo pipe; mkdir folder`,
    );
    const paths = ['a', 'empty', 'link', 'pipe', 'folder', 'gone'];
    const { stdout } = spawnSync('bash', ['-c', READ_FILES, 'bash', '3', ...paths], {
      cwd: bed.action.path('w'),
      encoding: 'utf8',
    });
    expect(stdout).to.equal('=YQD/\n=\n@\n@\n@\n!\n');
    bed.close();
  });
});

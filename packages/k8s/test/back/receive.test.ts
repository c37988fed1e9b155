import { execFileSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { expect } from 'chai';
import { LeftOut } from '../../src/back/left-out.js';
import { Receiver } from '../../src/back/receive.js';
import { peakGrowthMb, specifier } from '../support/peak-memory.js';
import { rawEntry, rawTar } from '../support/raw-tar.js';
import { ReceivingBed } from '../support/receiving-bed.js';

const TREE = String.raw`find . -mindepth 1 -printf '%y %m %T@ %l %P\n' -type f -exec sha256sum {} \; | sort`;

describe('what comes from the pod', () => {
  let bed: ReceivingBed;
  beforeEach(() => (bed = new ReceivingBed()));
  afterEach(() => bed.close());

  const listing = (folder: string) =>
    execFileSync('sh', ['-c', TREE], { cwd: bed.path(folder), encoding: 'utf8' });
  const gnuTar = (folder: string) =>
    execFileSync('tar', [
      '-c',
      '-f',
      '-',
      '--format=gnu',
      '--hard-dereference',
      '-C',
      bed.path(folder),
      './repo',
    ]);

  for (const pieceBytes of [1, 511, 513, 65_536])
    it(`is the same tree on the runner, in pieces of ${pieceBytes} bytes`, () => {
      const script = String.raw`
        mkdir -p repo/repo/a/b repo/repo/empty 'repo/repo/- odd
name'; cd repo/repo
        printf '\000\001' > a/b/bytes; echo x > '- odd
name/x'; seq 20000 > a/long; ln -s a/b/bytes link; ln -s nowhere dangling
        long=$(printf 'n%.0s' $(seq 120)); mkdir -p $long/$long; echo deep > $long/$long/file
        chmod 755 a/b/bytes; chmod 750 a; chmod 600 a/long
        find . -exec touch -h -d @1600000000 {} +`;
      mkdirSync(bed.path('pod'));
      execFileSync('sh', ['-ec', script], { cwd: bed.path('pod') });
      expect(bed.receive(gnuTar('pod'), pieceBytes)).to.deep.equal([]);
      execFileSync('rm', [bed.path('_work/repo/repo/kept.txt')]);
      execFileSync('touch', ['-d', '@1600000000', bed.path('_work/repo/repo')]);
      expect(listing('_work/repo/repo')).to.equal(listing('pod/repo/repo'));
    });

  it('replaces a folder by a file, a file by a folder and a file by a link', () => {
    bed.write('_work/repo/one/inner/x', '');
    bed.write('_work/repo/two', '');
    bed.write('_work/repo/three', '');
    bed.receiveEntries([
      { name: 'repo/one', content: 'file' },
      { name: 'repo/two/x', content: 'inside' },
      { name: 'repo/three', type: '2', target: 'one' },
    ]);
    expect(readFileSync(bed.path('_work/repo/one'), 'utf8')).to.equal('file');
    expect(readFileSync(bed.path('_work/repo/two/x'), 'utf8')).to.equal('inside');
    expect(readlinkSync(bed.path('_work/repo/three'))).to.equal('one');
  });

  it('removes what a folder of the pod holds no more, and what is named as gone', () => {
    bed.write('_work/repo/repo/gone/deep/x', '');
    bed.write('_work/_temp/job-old', '');
    bed.write('_work/_temp/job-new', '');
    const manifest = '0 ./repo/repo\x001 ./repo/repo/kept.txt\x00- ./_temp/job-old\x00';
    expect(bed.receiveEntries([{ name: 'podhooks-manifest', content: manifest }])).to.deep.equal([]);
    expect(listing('_work/repo/repo'))
      .to.match(/kept\.txt\n$/)
      .and.not.contain('gone');
    expect(existsSync(bed.path('_work/_temp/job-old'))).to.equal(false);
    expect(existsSync(bed.path('_work/_temp/job-new'))).to.equal(true);
  });

  it('empties the workspace when it is gone from the pod, and keeps the folder, which the runner starts hooks in', () => {
    bed.write('_work/repo/repo/x', '');
    const { ino } = statSync(bed.path('_work/repo/repo'));
    for (const content of ['0 ./repo\x001 ./repo/other\x00', '- ./repo/repo\x00']) {
      expect(bed.receiveEntries([{ name: 'podhooks-manifest', content }])).to.deep.equal([]);
      expect(existsSync(bed.path('_work/repo/repo'))).to.equal(true);
      expect(readdirSync(bed.path('_work/repo/repo'))).to.deep.equal([]);
      expect(statSync(bed.path('_work/repo/repo')).ino).to.equal(ino);
      bed.write('_work/repo/repo/y', '');
    }
  });

  it('names what the pod has left out', () => {
    const manifest = '! 3 budget ./repo/large file\x00! 1 unreadable ./repo/secret\x00! 1 nonsense x\x00';
    expect(bed.receiveEntries([{ name: 'podhooks-manifest', content: manifest }])).to.deep.equal([
      './repo/large file and 2 more: the step changed more than files.back.budgetMb allows',
      './repo/secret: the user of the helper container may not read it',
    ]);
  });

  it('goes on behind the last whole file when a connection is lost', () => {
    const content = 'y'.repeat(3000);
    const whole = rawTar([
      { name: 'repo/a', content },
      { name: 'repo/b', content },
    ]);
    const leftOut = new LeftOut();
    const receiver = new Receiver({ work: bed.work, repository: 'repo', maxBytes: 6000, leftOut });
    receiver.push(whole.subarray(0, 5000));
    expect(receiver.last).to.equal('repo/a');
    expect(existsSync(bed.path('_work/repo/b'))).to.equal(false);
    receiver.restart();
    receiver.push(rawTar([{ name: 'repo/b', content }]));
    receiver.finish();
    receiver.close();
    expect(leftOut.lines).to.deep.equal([]);
    expect(readFileSync(bed.path('_work/repo/b'), 'utf8')).to.equal(content);
    expect(execFileSync('find', [bed.work, '-name', '*.part'], { encoding: 'utf8' })).to.equal('');
  });

  it('leaves the time of a folder as it was when only a file in it has changed', () => {
    execFileSync('touch', ['-d', '@1600000000', bed.path('_work/repo/repo')]);
    bed.receiveEntries([{ name: 'repo/repo/kept.txt', content: 'new' }]);
    expect(statSync(bed.path('_work/repo/repo')).mtimeMs).to.equal(1_600_000_000_000);
  });

  const deep = (name: string) => `repo/${`${'d'.repeat(250)}/`.repeat(15)}${name}`;

  it('has the modes and times of all its folders when they are more than can be remembered', () => {
    const names = Array.from({ length: 1_200 }, (_, index) => deep(`${index}`));
    const leftOut = new LeftOut();
    const receiver = new Receiver({ work: bed.work, repository: 'repo', maxBytes: 10, leftOut });
    const of = (name = '') => {
      const { mode, mtimeMs } = statSync(bed.path(`_work/${name}`));
      return { mode: mode & 0o777, mtimeMs };
    };
    for (const name of names) receiver.push(rawEntry({ name, type: '5', mode: 0o750 }));
    expect(of(names[0]), 'before the end of the archive').to.deep.equal({ mode: 0o750, mtimeMs: 1e12 });
    receiver.push(rawTar([{ name: `${names[0] ?? ''}/file`, content: 'x' }]));
    receiver.finish();
    receiver.close();
    expect(leftOut.lines).to.deep.equal([]);
    for (const name of [names[0], names.at(-1)])
      expect(of(name)).to.deep.equal({ mode: 0o750, mtimeMs: 1e12 });
  });

  it('is not compared with a folder whose list is too large to be kept, and this is said', () => {
    const children = Array.from(
      { length: 1_200 },
      (_, index) => `1 ./repo/repo/${index}${'n'.repeat(8_000)}\0`,
    );
    const content = `0 ./repo/repo\0${children.join('')}`;
    expect(bed.receiveEntries([{ name: 'podhooks-manifest', content }])).to.deep.equal([
      './repo/repo: it holds too many entries to be compared',
    ]);
    expect(existsSync(bed.path('_work/repo/repo/kept.txt'))).to.equal(true);
  });

  it('takes no more than 64 MB of memory for a list of 240 MB with long paths', () => {
    const growth = peakGrowthMb(
      `import { Receiver } from ${specifier('src/back/receive.ts')};
      import { LeftOut } from ${specifier('src/back/left-out.ts')};
      import { rawEntry } from ${specifier('test/support/raw-tar.ts')};`,
      `const receiver = new Receiver({ work: ${JSON.stringify(bed.work)}, repository: 'repo', maxBytes: 10, leftOut: new LeftOut() });
      const row = Buffer.from('1 ./repo/' + ('d'.repeat(249) + '/').repeat(16) + '0'.repeat(20) + '\\0');
      receiver.push(rawEntry({ name: 'podhooks-manifest', size: 2 ** 30 }));
      receiver.push(Buffer.from('0 ./repo\\0'));
      for (let n = 0; n < 60_000; n++) { row.write(String(n), row.length - 21); receiver.push(row); }`,
    );
    expect(growth).to.be.within(0, 64);
  });

  it('does not change a file that has another name on the runner', () => {
    writeFileSync(bed.path('_work/repo/original'), 'old');
    execFileSync('ln', [bed.path('_work/repo/original'), bed.path('_work/repo/second')]);
    bed.receiveEntries([{ name: 'repo/second', content: 'new' }]);
    expect(readFileSync(bed.path('_work/repo/original'), 'utf8')).to.equal('old');
  });
});

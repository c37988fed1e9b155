import { existsSync, mkdirSync, statSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { spawn } from 'node:child_process';
import { expect } from 'chai';
import { EXTERNALS } from '../../src/pod/helper.js';
import { inspectionScript, readInspection } from '../../src/step/inspection.js';
import { HOOK_FOLDER } from '../../src/step/script.js';
import { settled } from '../support/settled.js';
import { SHELLS } from '../support/shells.js';
import { StepBed } from '../support/step-bed.js';

const { ready: READY, failed: FAILED, alpine: PIPE, alpineReady: ALPINE_READY } = EXTERNALS;

describe('readInspection', () => {
  const good = { isAlpine: false, missing: [], externalsFault: '', diagnostic: '' };
  const ANSWERS: readonly [title: string, stdout: string, stderr: string, report: object][] = [
    ['an image with all that is needed', 'inspected\n', '', good],
    ['an image of Alpine', 'alpine\ninspected\n', '', { ...good, isAlpine: true }],
    [
      'programs that are missing',
      'missing sleep\nmissing env\ninspected\n',
      '',
      { ...good, missing: ['sleep', 'env'] },
    ],
    [
      'externals that did not come',
      'externals cp: no space\ninspected\n',
      '',
      { ...good, externalsFault: 'cp: no space' },
    ],
    ['warnings of the shell', 'inspected\n', 'sh: a warning\n', good],
    ['an inspection that failed', '', 'sh: cannot create\n', { ...good, diagnostic: 'sh: cannot create' }],
    ['an inspection that printed nothing', '', '', { ...good, diagnostic: 'no answer' }],
  ];
  for (const [title, stdout, stderr, report] of ANSWERS)
    it(`reads the answer of ${title}`, () => {
      expect(readInspection(stdout, stderr)).to.deep.equal(report);
    });
});

for (const shell of SHELLS)
  describe(`the inspection in ${shell.name}`, () => {
    let bed: StepBed;
    beforeEach(() => (bed = new StepBed(shell)));
    afterEach(() => bed.close());

    const start = (folders: string[] = []) => {
      const exec = bed.exec(inspectionScript({ folders, externals: EXTERNALS }));
      exec.endInput();
      return exec;
    };
    const local = (marker: string) => bed.path(marker.replace(HOOK_FOLDER, 'hook'));
    const arrived = (marker: string, content = '') => writeFileSync(local(marker), content);
    /** Brings what is for Alpine when it is asked to, as the helper does; it is slow. */
    const helper = () => {
      const script = 'sleep 0.1; mkfifo "$0" && sleep 0.1 && read -r line <> "$0" && sleep 0.1 && : > "$1"';
      const child = spawn('sh', ['-c', script, local(PIPE), local(ALPINE_READY)]);
      bed.adopt(() => child.kill('SIGKILL'));
    };

    it('makes folders that any user may write to', async () => {
      arrived(READY);
      await start([bed.path('a b/c'), bed.path('d')]).ended();
      for (const folder of ['a b/c', 'a b', 'd'])
        expect(statSync(bed.path(folder)).mode & 0o777).to.equal(0o777);
    });

    it('waits for the externals', async () => {
      const exec = start();
      await bed.sh('sleep 0.1');
      expect(exec.received).to.equal('');
      arrived(READY);
      expect((await exec.ended()).output).to.equal('inspected\n');
    });

    it('tells why the externals did not come', async () => {
      arrived(FAILED, 'cp: no space left\n');
      expect((await start().ended()).output).to.equal('externals cp: no space left\ninspected\n');
    });

    it('says what the shell says when it may not write', async () => {
      arrived(READY);
      const exec = bed.exec(
        inspectionScript({
          folders: [bed.path('hook/externals.ready/below')],
          externals: EXTERNALS,
        }),
      );
      exec.endInput();
      const { output, report } = await exec.ended();
      expect(readInspection(output, report.diagnostic).diagnostic).to.contain('externals.ready');
    });

    const IMAGES: readonly [files: string[], isAlpine: boolean][] = [
      [['etc/alpine-release', 'lib/ld-musl-x86_64.so.1'], true],
      [['etc/alpine-release', 'lib/ld-musl-x86_64.so.1', 'lib/libc.so.6'], true],
      [['lib/ld-musl-aarch64.so.1'], true],
      [['lib/x86_64-linux-gnu/libc.so.6'], false],
      [['lib/ld-musl-x86_64.so.1', 'usr/lib/x86_64-linux-gnu/libc.so.6'], false],
      [['lib/ld-musl-x86_64.so.1', 'lib64/libc.so.6'], false],
      [[], false],
    ];
    for (const [files, isAlpine] of IMAGES)
      it(`takes an image with ${files.join(' and ') || 'no libc'} for ${isAlpine ? 'Alpine' : 'another'}`, async () => {
        arrived(READY);
        if (isAlpine) helper();
        for (const file of files) {
          mkdirSync(dirname(bed.path(file)), { recursive: true });
          writeFileSync(bed.path(file), '');
        }
        const text = inspectionScript({
          folders: [],
          externals: EXTERNALS,
        });
        const exec = bed.exec(text.replaceAll(/(?<=\s)\/(etc|lib|lib64|usr)\//g, `${bed.root}/$1/`));
        exec.endInput();
        const { output, report } = await settled(exec.ended());
        expect(readInspection(output, report.diagnostic)).to.deep.include({ isAlpine, diagnostic: '' });
        expect(existsSync(local(ALPINE_READY))).to.equal(isAlpine);
        expect(existsSync(local(PIPE))).to.equal(isAlpine);
      });
  });

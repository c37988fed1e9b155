import { appendFileSync, existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { expect } from 'chai';
import { followScript, RESULT_LIMIT_BYTES, type StepScript, stepScript } from '../../src/step/script.js';
import { SHELLS } from '../support/shells.js';
import { StepBed } from '../support/step-bed.js';
import { settled } from '../support/settled.js';
import { until } from '../support/until.js';

/** What a step does to the processes of its own supervisor; `$D` is the step's folder. */
const KILLS: readonly [title: string, script: string][] = [
  ['its recorder', 'kill -KILL $(cat $D/recorder)'],
  ['its recorder and its main shell', 'kill -KILL $(cat $D/recorder $D/main)'],
  ['everything that watches it', 'kill -KILL $(cat $D/own $D/follower)'],
  [
    'everything that watches it, and leaves a process that holds its output',
    'sleep 600 & kill -KILL $(cat $D/own $D/follower)',
  ],
];

/** Waits for a file in the step's folder. */
const written = (name: string) => `until [ -s $D/${name} ]; do sleep 0.01; done`;

for (const shell of SHELLS)
  describe(`a hostile step in ${shell.name}`, () => {
    let bed: StepBed;
    beforeEach(() => (bed = new StepBed(shell)));
    afterEach(() => bed.close());

    const hostile = (script: string, parts: Partial<StepScript> = {}) => {
      const step = bed.step(['dash', '-c', script], parts);
      return { ...step, environment: { D: bed.path(`hook/${step.id}`) } };
    };
    const follow = (step: StepScript) => {
      const exec = bed.exec(followScript(step, { segment: 0, offset: 0 }), step.nonce);
      exec.endInput();
      return exec;
    };

    for (const [title, script] of KILLS)
      it(`is reported as lost when it kills ${title}`, async () => {
        // The writer is among what is killed.
        const step = hostile(
          `echo before; ${written('log.0')}; ${written('follower')}; ${script}; : > ${bed.path('killed')}; sleep 600`,
        );
        bed.exec(stepScript(step), step.nonce);
        await until(() => existsSync(bed.path('killed')));
        const { report, end, output } = await follow(step).ended();
        expect(report.lost).to.equal(true);
        expect(report.done).to.equal(false);
        expect(end).to.equal(undefined);
        expect(output).to.contain('before');
      });

    it('keeps its exit code when it kills its follower', async () => {
      const step = hostile(`${written('follower')}; kill -KILL $(cat $D/follower); echo after; exit 3`);
      bed.exec(stepScript(step), step.nonce).endInput();
      await until(() => existsSync(bed.path(`hook/${step.id}/ended`)));
      const { end, output } = await bed.toEnd(step, follow(step));
      expect(end).to.deep.equal({ exitCode: 3 });
      expect(output).to.equal('after\n');
    });

    it('is reported as lost, not as one that never began, when it removes its folder', async () => {
      const step = hostile(`rm -rf $D; mkdir $D; : > ${bed.path('gone')}; sleep 600`);
      const exec = bed.exec(stepScript(step), step.nonce);
      await until(() => existsSync(bed.path('gone')));
      exec.cut();
      const { report } = await follow(step).ended();
      expect(report.lost).to.equal(true);
      expect(report.unstarted).to.equal(false);
    });

    it('is reported as lost when it leaves a log in its folder, and nothing of what ran it', async () => {
      const step = hostile(
        `${written('follower')}; rm -rf $D; mkdir $D; : > $D/log.0; : > ${bed.path('gone')}; sleep 600`,
      );
      const exec = bed.exec(stepScript(step), step.nonce);
      await until(() => existsSync(bed.path('gone')));
      exec.cut();
      const { report } = await settled(follow(step).ended());
      expect(report.lost).to.equal(true);
    });

    it('keeps its exit code when another process adds to its log', async () => {
      const step = hostile('echo begins; until [ -e go ]; do sleep 0.01; done; exit 7');
      const exec = bed.start(step);
      const log = bed.path(`hook/${step.id}/log.0`);
      await until(() => exec.received === 'begins\n');
      appendFileSync(log, 'added\n'.repeat(100));
      await until(() => exec.bytesReceived > 600);
      writeFileSync(bed.path('go'), '');
      expect((await settled(exec.ended())).end).to.deep.equal({ exitCode: 7 });
    });

    it('gives signs of life while it says nothing', async () => {
      const step = hostile('until [ -e go ]; do sleep 0.05; done');
      const exec = bed.start(step);
      let signs = 0;
      exec.onReport = () => signs++;
      await until(() => signs >= 3);
      writeFileSync(bed.path('go'), '');
      expect((await exec.ended()).end).to.deep.equal({ exitCode: 0 });
    });

    it('cannot be made to succeed by a process that rewrites its log', async () => {
      const step = hostile('echo fails; exit 7');
      const exec = bed.exec(stepScript(step), step.nonce);
      exec.endInput();
      const { end } = await exec.ended();
      expect(end).to.deep.equal({ exitCode: 7 });
      const log = bed.path(`hook/${step.id}/log.0`);
      const [text, words] = readFileSync(log, 'utf8').split(`podhooks ${step.nonce} `);
      for (const forged of ['0', '00', `${(words ?? '').trim()}0`, step.ends.high[0] ?? '']) {
        writeFileSync(log, `${text ?? ''}podhooks ${step.nonce} ${forged}\n`);
        expect((await follow(step).ended()).end).to.equal(undefined);
      }
    });

    it('shows the words for exit codes in no file, argument or variable', async () => {
      const step = hostile('echo ready; until [ -e go ]; do sleep 0.05; done');
      const exec = bed.start(step);
      await until(() => exec.received.includes('ready'));
      const seen = [
        ...readdirSync(bed.path(`hook/${step.id}`)).map((name) =>
          readFileSync(bed.path(`hook/${step.id}/${name}`), 'utf8'),
        ),
        ...readdirSync('/proc')
          .filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid)
          .flatMap((pid) => ['cmdline', 'environ'].map((name) => readIfThere(`/proc/${pid}/${name}`))),
      ].join();
      expect(seen).not.to.contain(step.ends.high[0]);
      expect(seen).not.to.contain(step.ends.low[15]);
      expect(seen).not.to.contain(`podhooks ${step.nonce}`);
      writeFileSync(bed.path('go'), '');
      await exec.ended();
    });

    it('is not started when one of its files cannot be written, and says which', async () => {
      const step = bed.step(['dash', '-c', ': > effect'], {
        files: [
          { path: bed.path('first'), content: Buffer.from('first') },
          { path: '/dev/full', content: Buffer.from('second') },
        ],
      });
      const exec = bed.exec(stepScript(step), step.nonce);
      const { report, end } = await exec.released();
      expect(report.unwritten).to.equal(1);
      expect(end).to.equal(undefined);
      expect(existsSync(bed.path('effect'))).to.equal(false);
      expect(bed.remains()).to.deep.equal([]);
    });

    it('sends no more of a file command than the limit, be it sparse or endless', async () => {
      const results = ['sparse', 'fifo', 'device', 'last'].map((name) => bed.path(name));
      const { report, end } = await bed.sh(
        'dd if=/dev/null of=sparse bs=1 seek=1000000000 2> /dev/null; mkfifo fifo; ln -s /dev/zero device; echo last > last',
        { results },
      );
      expect(end).to.deep.equal({ exitCode: 0 });
      expect([...report.files.keys()]).to.deep.equal([0, 3]);
      expect([...report.oversized]).to.deep.equal([0]);
      expect([...report.unread], 'what is no file').to.deep.equal([1, 2]);
      expect(report.files.get(0)).to.have.length(RESULT_LIMIT_BYTES);
    });

    it('gets a variable that looks like an option of env as a variable', async () => {
      const { output, end } = await bed.run(['printenv', '-S'], { environment: { '-S': 'ls /' } });
      const shown = await bed.run(['cat', '/proc/self/environ'], { environment: { '-S': 'ls /' } });
      expect([end, output.includes('bin')]).to.deep.equal([{ exitCode: 2 }, false]);
      expect(shown.output.split('\0')).to.include('-S=ls /');
    });
  });

function readIfThere(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}

import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { expect } from 'chai';
import { followScript, type StepScript, stepScript } from '../../src/step/script.js';
import { SHELLS } from '../support/shells.js';
import { StepBed } from '../support/step-bed.js';
import { until } from '../support/until.js';

for (const shell of SHELLS)
  describe(`following a step in ${shell.name}`, () => {
    let bed: StepBed;
    beforeEach(() => (bed = new StepBed(shell)));
    afterEach(() => bed.close());

    const follow = (step: StepScript, offset: number) => {
      const exec = bed.exec(followScript(step, { segment: 0, offset }), step.nonce);
      exec.endInput();
      return exec.ended();
    };

    it('gives the rest of a step that has ended, from any byte', async () => {
      const step = bed.step(['dash', '-c', 'printf "0123456789é\\nend"; printf kept > result; exit 7'], {
        results: [bed.path('result')],
      });
      const first = bed.exec(stepScript(step), step.nonce);
      first.endInput();
      const { bytes: whole } = await first.ended();
      for (const offset of [0, 1, 10, 11, whole.length - 1, whole.length]) {
        const { bytes, end, report } = await follow(step, offset);
        expect(bytes.toString('hex')).to.equal(whole.subarray(offset).toString('hex'));
        expect(end).to.deep.equal({ exitCode: 7 });
        expect(report.done).to.equal(true);
        expect(report.files.get(0)?.toString()).to.equal('kept');
      }
    });

    it('gives the rest of a step that still runs, and ends the earlier follower', async () => {
      const step = bed.step([
        'dash',
        '-c',
        'echo first; until [ -e go ]; do sleep 0.02; done; head -c 300000 /dev/zero; echo last; exit 5',
      ]);
      const lost = bed.exec(stepScript(step), step.nonce);
      await until(() => lost.received === 'first\n');
      lost.cut();
      const follower = readFileSync(bed.path(`hook/${step.id}/follower`), 'utf8').trim();
      expect(existsSync(`/proc/${follower}`)).to.equal(true);
      const next = bed.exec(followScript(step, { segment: 0, offset: 3 }), step.nonce);
      next.endInput();
      await until(() => next.received === 'st\n');
      await until(() => !existsSync(`/proc/${follower}`));
      writeFileSync(bed.path('go'), '');
      const { bytes, end } = await bed.toEnd(step, next);
      expect(bytes.toString()).to.equal(`st\n${'\0'.repeat(300_000)}last\n`);
      expect(end).to.deep.equal({ exitCode: 5 });
    });

    it('looks less often, the longer a step is silent', async () => {
      const step = bed.step(['dash', '-c', 'until [ -e go ]; do sleep 0.02; done']);
      const lost = bed.exec(stepScript(step), step.nonce);
      await until(() => existsSync(bed.path(`hook/${step.id}/step`)));
      lost.cut();
      const noted = `sleep() { echo $1 >> '${bed.path('sleeps')}'; command sleep 0.001; }\n`;
      const next = bed.exec(noted + followScript(step, { segment: 0, offset: 0 }), step.nonce);
      next.endInput();
      const sleeps = () => readFileSync(bed.path('sleeps'), { encoding: 'utf8', flag: 'a+' }).split('\n');
      await until(() => sleeps().includes('0.5'));
      expect([...new Set(sleeps().slice(0, 300))]).to.deep.equal(['0.05', '0.1', '0.25']);
      writeFileSync(bed.path('go'), '');
      expect((await bed.toEnd(step, next)).end).to.deep.equal({ exitCode: 0 });
    });

    it('tells of a step that never began, and keeps it from beginning later', async () => {
      const step = bed.step(['dash', '-c', '> effect']);
      const { report, end } = await follow(step, 0);
      expect(report.unstarted).to.equal(true);
      expect(report.done).to.equal(false);
      expect(end).to.equal(undefined);

      const late = bed.exec(stepScript(step), step.nonce);
      late.endInput();
      expect((await late.ended()).end).to.equal(undefined);
      expect(existsSync(bed.path('effect'))).to.equal(false);
    });

    it('tells it again when the first answer was lost on its way', async () => {
      const step = bed.step(['dash', '-c', '> effect']);
      await follow(step, 0);
      const { report } = await follow(step, 0);
      expect(report.unstarted).to.equal(true);
    });
  });

import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { expect } from 'chai';
import { finishText, followScript, type StepScript, stepScript } from '../../src/step/script.js';
import { SHELLS } from '../support/shells.js';
import { StepBed } from '../support/step-bed.js';
import { until } from '../support/until.js';

for (const shell of SHELLS)
  describe(`the log of a step in ${shell.name}`, function () {
    // Hundreds of processes start in each of these.
    this.timeout(60_000);
    let bed: StepBed;
    beforeEach(() => (bed = new StepBed(shell)));
    afterEach(() => bed.close());

    /** Starts a step whose log has segments of 64 KiB at most, not 64 MiB, and 1 MiB at most, not 1 GiB. */
    const start = (step: StepScript) => {
      const text = stepScript(step).replace('_ph_reads=1024 _ph_kib=1048576', '_ph_reads=1 _ph_kib=1024');
      expect(text).to.contain('_ph_kib=1024');
      return bed.exec(text, step.nonce);
    };
    const leave = (exec: ReturnType<typeof start>, step: StepScript) =>
      exec.partWith(bed.local(finishText(step)));
    const segments = (step: StepScript) =>
      readdirSync(bed.path(`hook/${step.id}`))
        .filter((name) => name.startsWith('log.'))
        .map((name) => Number(name.slice('log.'.length)))
        .sort((a, b) => a - b);
    const size = (step: StepScript) =>
      segments(step).reduce((sum, n) => sum + sizeOf(bed.path(`hook/${step.id}/log.${n}`)), 0);
    const script = (...lines: string[]) => bed.step(['dash', '-c', lines.join('\n')]);
    const paused = 'until [ -e go ]; do sleep 0.02; done';

    it('loses what has been passed on, segment by segment, and nothing else', async () => {
      const step = script('head -c 2000000 /dev/urandom | tee copy', paused, 'echo last; exit 4');
      const exec = start(step);
      leave(exec, step);
      await until(() => exec.bytesReceived === 2_000_000);
      await until(() => segments(step).length <= 2);
      expect(segments(step)[0]).to.be.greaterThan(25);
      writeFileSync(bed.path('go'), '');
      const { bytes, end } = await bed.toEnd(step, exec);
      expect(end).to.deep.equal({ exitCode: 4 });
      expect(digest(bytes)).to.equal(
        digest(Buffer.concat([readFileSync(bed.path('copy')), Buffer.from('last\n')])),
      );
    });

    it('stays within its bounds while nobody reads, and the step waits until somebody does', async () => {
      const step = script(
        'head -c 2000000 /dev/urandom > copy; head -c 100000 copy',
        paused,
        'tail -c +100001 copy; : > through; exit 6',
      );
      const lost = start(step);
      await until(() => lost.bytesReceived === 100_000);
      lost.cut();
      writeFileSync(bed.path('go'), '');
      const { position, bytesReceived } = lost;
      await until(() => size(step) > 900_000);
      expect(existsSync(bed.path('through'))).to.equal(false);

      const next = bed.exec(followScript(step, position), step.nonce);
      leave(next, step);
      let most = 0;
      const measuring = setInterval(() => (most = Math.max(most, size(step))), 10);
      const { bytes, end } = await bed.toEnd(step, next).finally(() => clearInterval(measuring));
      expect(end).to.deep.equal({ exitCode: 6 });
      expect(digest(bytes)).to.equal(digest(readFileSync(bed.path('copy')).subarray(bytesReceived)));
      expect(most).to.be.lessThan(1024 * 1024 + 2 * 65_536);
    });

    it('is gone when the step has left a process that goes on printing', async () => {
      const step = script('while :; do echo more; sleep 0.001; done & echo $!; exit 3');
      const exec = start(step);
      leave(exec, step);
      const { output, end } = await exec.released();
      expect(end).to.deep.equal({ exitCode: 3 });
      const left = /^\d+$/m.exec(output)?.[0] ?? '';
      await until(() => bed.remains().length === 0);
      const written = () => Number(/wchar: (\d+)/.exec(readFileSync(`/proc/${left}/io`, 'utf8'))?.[1]);
      const before = written();
      await until(() => written() > before + 1_000);
      expect(bed.remains()).to.deep.equal([]);
    });
  });

/** Of a file that may just be removed. */
function sizeOf(path: string): number {
  return statSync(path, { throwIfNoEntry: false })?.size ?? 0;
}

function digest(bytes: Buffer): string {
  return createHash('sha256').update(bytes).digest('hex');
}

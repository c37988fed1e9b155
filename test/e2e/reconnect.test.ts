import { createHash } from 'node:crypto';
import { expect } from 'chai';
import type { PodRunner } from '../runner/pod-runner.js';
import { Cutter } from './cutter.js';
import { log, MODES, podRunner } from './support.js';

/** Enough to carry a no-op step: cuts fall into handshake, upload, run, end marker and result transfer. */
const STEP_BYTES = 14_000;

for (const mode of MODES)
  describe(`connections that are cut, in ${mode} mode (on the cluster built from packages)`, () => {
    let runner: PodRunner;
    let cutter: Cutter;
    before(async () => {
      cutter = await Cutter.start();
      runner = await podRunner(mode, { env: cutter.environment });
      const result = await runner.prepareJob({ container: { image: 'debian:12' } });
      expect(result.exitCode, log(result)).to.equal(0);
    });
    after(async () => {
      cutter.close();
      await runner.close();
    });

    it('neither lose nor repeat a step, wherever they are cut', async () => {
      for (let number = 1; number <= 40; number++) {
        const cuts = Array.from({ length: 1 + (number % 3) }, () => Math.floor(Math.random() * STEP_BYTES));
        const left = [...cuts];
        cutter.plan = () => {
          const bytes = left.shift();
          return bytes === undefined ? undefined : { after: { bytes }, how: 'reset' };
        };
        const result = await runner.run({
          run: `echo ${number} >> /tmp/steps-${mode}; echo "out ${number}"; echo n=${number} >> "$GITHUB_OUTPUT"; exit ${number}`,
        });
        expect(log(result), `cut after ${cuts.join(', ')} bytes`).to.equal(
          `out ${number}\n\n[exit code ${number}]`,
        );
        expect(result.outputs).to.deep.equal({ n: `${number}` });
      }
      cutter.plan = () => undefined;
      const { stdout } = await runner.run({ run: `cat /tmp/steps-${mode}` });
      expect(stdout.toString()).to.equal(Array.from({ length: 40 }, (_, index) => `${index + 1}\n`).join(''));
    });

    it('neither lose nor repeat a byte of a long output', async () => {
      cutter.cuts = 0;
      cutter.plan = () => ({ after: { ms: 400 }, how: 'reset' });
      const script =
        'i=0; while [ $i -lt 60 ]; do seq $((i * 5000)) $((i * 5000 + 4999)); i=$((i + 1)); sleep 0.1; done; exit 7';
      const result = await runner.run({ run: script }, { keepOutput: false });
      cutter.plan = () => undefined;
      const hash = createHash('sha256');
      for (let line = 0; line < 300_000; line++) hash.update(`${line}\n`);
      expect(result.exitCode).to.equal(7);
      expect(result.stdoutSha256).to.equal(hash.digest('hex'));
      expect(cutter.cuts).to.be.greaterThan(5);
    });
  });

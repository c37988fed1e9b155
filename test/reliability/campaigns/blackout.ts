import { strict as assert } from 'node:assert';
import { setTimeout as sleep } from 'node:timers/promises';
import { Cutter } from '../../e2e/cutter.js';
import { ended, step, withJob } from '../bed.js';
import { type Campaign, countOf, row } from '../campaign.js';

/** A step prints a line each 0.2 s. */
const LINES_PER_SECOND = 5;

export const blackout: Campaign = {
  name: 'blackout',
  claim: 'outlast a time without any API server',
  needsPackages: true,
  run: async (scale) => {
    const darkSeconds = countOf(scale, 120, 30);
    const cutter = await Cutter.start();
    try {
      return await withJob('novolume', { env: cutter.environment }, async (runner) => {
        let dark: Promise<void> | undefined;
        const goDark = async () => {
          // Gone without a word at first, as when a network is lost; then refusing, as when it is being restored.
          cutter.blackOut('silence');
          await sleep(darkSeconds * 500);
          cutter.blackOut('reset');
          await sleep(darkSeconds * 500);
          cutter.lightUp();
        };
        const lines = (darkSeconds + 8) * LINES_PER_SECOND;
        const script = `i=0; while [ $i -lt ${lines} ]; do i=$((i + 1)); echo line $i; sleep 0.2; done; exit 9`;
        const result = await step(runner, script, {
          onOutput: (chunk) => {
            if (chunk.includes('line 5\n')) dark ??= goDark();
          },
        });
        await dark;
        ended(result, 9);
        const expected = Array.from({ length: lines }, (_, index) => `line ${index + 1}\n`).join('');
        assert.equal(result.output.toString(), expected);
        return [row('seconds without an API server, half of them silent', darkSeconds), row('lines', lines)];
      });
    } finally {
      cutter.lightUp();
      cutter.close();
    }
  },
};

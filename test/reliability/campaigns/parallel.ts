import { strict as assert } from 'node:assert';
import { step, withJob } from '../bed.js';
import { MODES } from '../../e2e/support.js';
import { type Campaign, countOf, row } from '../campaign.js';

/** As many background steps as GitHub's runner allows. */
const AT_ONCE = 10;

export const parallel: Campaign = {
  name: 'parallel',
  claim: 'keep ten steps apart that run at once in one pod',
  needsPackages: false,
  run: async (scale) => {
    const rounds = countOf(scale, 10, 1);
    for (const mode of MODES)
      await withJob(mode, {}, async (runner) => {
        for (let round = 0; round < rounds; round++)
          await Promise.all(
            Array.from({ length: AT_ONCE }, async (_, number) => {
              const script = `for i in 1 2 3 4 5; do echo "step ${number} line $i"; sleep 0.2; done; echo "id=${number}" >> "$GITHUB_OUTPUT"; exit ${number}`;
              const { exitCode, stdout, outputs } = await step(runner, script);
              const lines = [1, 2, 3, 4, 5].map((line) => `step ${number} line ${line}\n`).join('');
              assert.deepEqual(
                { exitCode, stdout: stdout.toString(), outputs },
                { exitCode: number, stdout: lines, outputs: { id: `${number}` } },
              );
            }),
          );
      });
    return [row('steps, ten at once', rounds * AT_ONCE * MODES.length), row('mixed up', 0)];
  },
};

import { strict as assert } from 'node:assert';
import { createHash } from 'node:crypto';
import { Cutter } from '../../e2e/cutter.js';
import { step, withJob } from '../bed.js';
import { type Campaign, countOf, row } from '../campaign.js';

const LINES_PER_SECOND = 42_000;

export const long: Campaign = {
  name: 'long',
  claim: 'carry a long output over connections of two seconds each',
  needsPackages: true,
  run: async (scale) => {
    const seconds = countOf(scale, 300, 10);
    const cutter = await Cutter.start();
    try {
      const result = await withJob('novolume', { env: cutter.environment }, async (runner) => {
        cutter.plan = () => ({ after: { ms: 2_000 }, how: 'reset' });
        const script = `i=0
while [ $i -lt ${seconds} ]; do seq $((i * ${LINES_PER_SECOND})) $(((i + 1) * ${LINES_PER_SECOND} - 1)); i=$((i + 1)); sleep 1; done
exit 7`;
        const withinMs = seconds * 4_000 + 60_000;
        const end = await step(runner, script, { keepOutput: false, withinMs });
        cutter.plan = () => undefined;
        return end;
      });
      assert.equal(result.exitCode, 7);
      assert.equal(result.stdoutSha256, hashOfLines(seconds * LINES_PER_SECOND), 'the output');
      return [
        row('seconds', (result.durationMs / 1000).toFixed(0)),
        row('bytes of output', result.stdoutBytes),
        row('connections cut', cutter.cuts),
        row('peak RSS of the hook, MB', (result.maxRssKb / 1024).toFixed(0)),
      ];
    } finally {
      cutter.close();
    }
  },
};

function hashOfLines(lines: number): string {
  const hash = createHash('sha256');
  for (let line = 0; line < lines; line += 1_000)
    hash.update(Array.from({ length: 1_000 }, (_, index) => `${line + index}\n`).join(''));
  return hash.digest('hex');
}

import { strict as assert } from 'node:assert';
import { createHash } from 'node:crypto';
import { type Cut, Cutter } from '../../e2e/cutter.js';
import { MODES, type Mode } from '../../e2e/support.js';
import type { PodRunner } from '../../runner/pod-runner.js';
import { inJob, jobPodOf, step, withJob } from '../bed.js';
import { type Campaign, countOf, row, type Scale } from '../campaign.js';
import { pool } from '../pool.js';
import { whole } from '../random.js';

/** Quick to notice a connection that has gone silent, so that a thousand steps take minutes. */
const HEARTBEAT = {
  ACTIONS_RUNNER_HEARTBEAT_PERIOD_MS: '500',
  ACTIONS_RUNNER_HEARTBEAT_DEADLINE_MS: '2000',
};
const AT_ONCE = 3;

/** What a step is to print and to leave, in sizes that chance has chosen. */
interface Sizes {
  lines: number;
  /** Between pieces of the output, so that cuts fall in between, too. */
  pauseSeconds: number;
  payload: number;
  summary: number;
}

export const cuts: Campaign = {
  name: 'cuts',
  claim: 'neither lose, double nor change anything of a step, wherever its connections are cut',
  needsPackages: true,
  run: async (scale) => {
    const each = Math.ceil(countOf(scale, 1000, 24) / MODES.length);
    const cutters = await Promise.all(MODES.map((mode) => inMode(mode, each, scale)));
    return [
      row('steps', each * MODES.length),
      row(
        'connections cut',
        cutters.reduce((sum, count) => sum + count, 0),
      ),
      row('lost, doubled or wrong; hanging', '0; 0'),
    ];
  },
};

async function inMode(mode: Mode, steps: number, { random, say }: Scale): Promise<number> {
  const cutter = await Cutter.start();
  try {
    const env = { ...cutter.environment, ...HEARTBEAT };
    await withJob(mode, { env }, async (runner) => {
      cutter.plan = () => randomCut(random);
      await pool(steps, AT_ONCE, async (number) => {
        await checkStep(runner, number, randomSizes(random));
        if (number % 50 === 0) say(`${mode}: ${number} steps, ${cutter.cuts} cuts`);
      });
      cutter.plan = () => undefined;
      await checkPod(runner, steps);
    });
    return cutter.cuts;
  } finally {
    cutter.close();
  }
}

/** Falls into handshake, upload, output, end marker or results; the next connection may be cut, too. */
function randomCut(random: () => number): Cut | undefined {
  if (random() < 0.25) return undefined;
  const how = random() < 0.15 ? 'silence' : 'reset';
  if (random() < 0.4) return { after: { ms: whole(random, 700) }, how };
  return { after: { bytes: whole(random, random() < 0.75 ? 14_000 : 40_000) }, how };
}

function randomSizes(random: () => number): Sizes {
  return {
    lines: whole(random, random() < 0.1 ? 10_000 : 800),
    pauseSeconds: random() < 0.5 ? 0.06 : 0,
    payload: whole(random, random() < 0.3 ? 20_000 : 10),
    summary: whole(random, 500),
  };
}

async function checkStep(
  runner: PodRunner,
  number: number,
  { lines, pauseSeconds, payload, summary }: Sizes,
): Promise<void> {
  const exitCode = number % 120;
  const result = await step(
    runner,
    `echo run >> /tmp/ran-${number}
seq ${number} ${number + lines} | while read -r line; do echo $line; case $line in *00) sleep ${pauseSeconds} ;; esac; done
echo \${#PAYLOAD}
echo "n=${number}" >> "$GITHUB_OUTPUT"
echo "v${number % 7}=${number}" >> "$GITHUB_ENV"
seq ${summary} >> "$GITHUB_STEP_SUMMARY"
exit ${exitCode}`,
    { env: { PAYLOAD: 'x'.repeat(payload) } },
  );
  const hash = createHash('sha256');
  for (let line = number; line <= number + lines; line++) hash.update(`${line}\n`);
  const sha256 = hash.update(`${payload}\n`).digest('hex');
  const seen = {
    exitCode: result.exitCode,
    sha256: result.stdoutSha256,
    outputs: result.outputs,
    env: result.env,
    summary: result.summary,
  };
  const expected = {
    exitCode,
    sha256,
    outputs: { n: `${number}` },
    env: { [`v${number % 7}`]: `${number}` },
    summary: Array.from({ length: summary }, (_, line) => `${line + 1}\n`).join(''),
  };
  assert.deepEqual(seen, expected, `step ${number}: ${result.output.subarray(-500).toString()}`);
}

/** Each step has run once, and what followed the steps has ended. */
async function checkPod(runner: PodRunner, steps: number): Promise<void> {
  const again = `for n in $(seq ${steps}); do [ "$(cat /tmp/ran-$n)" = run ] || echo "step $n: $(cat /tmp/ran-$n)"; done`;
  const { output } = await step(runner, again);
  assert.equal(output.toString(), '', 'steps that did not run exactly once');
  const count = 'sleep 2; ls -d /proc/[0-9]* | wc -l';
  const processes = Number(await inJob(runner, await jobPodOf(runner), count));
  assert.ok(processes < 10, `${processes} processes are left in the job container`);
}

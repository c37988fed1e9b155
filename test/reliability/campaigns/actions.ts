import { strict as assert } from 'node:assert';
import { createHash } from 'node:crypto';
import { type Cut, Cutter } from '../../e2e/cutter.js';
import { leftovers, log, MODES, type Mode } from '../../e2e/support.js';
import type { PodRunner } from '../../runner/pod-runner.js';
import { shellAction } from '../../runner/shell-action.js';
import { ended, step, withJob } from '../bed.js';
import { type Campaign, countOf, row, type Scale } from '../campaign.js';
import { pool } from '../pool.js';
import { whole } from '../random.js';

/** Quick to notice a connection that has gone silent. */
const HEARTBEAT = {
  ACTIONS_RUNNER_HEARTBEAT_PERIOD_MS: '500',
  ACTIONS_RUNNER_HEARTBEAT_DEADLINE_MS: '2000',
};
const AT_ONCE = 2;
/** What an action finds and changes, so that a cut can fall into a file on its way. */
const FILE_BYTES = 200_000;

export const actions: Campaign = {
  name: 'actions',
  claim: 'neither lose, double nor change anything of a docker action, wherever its connections are cut',
  needsPackages: true,
  run: async (scale) => {
    const each = Math.ceil(countOf(scale, 100, 2) / MODES.length);
    const counted: Counted[] = [];
    for (const mode of MODES) counted.push(await inMode(mode, each, scale));
    return [
      row('docker actions', each * MODES.length),
      row('connections cut: volume mode; novolume mode', counted.map(({ cuts }) => cuts).join('; ')),
      row('output, exit code, file commands or files lost, doubled or wrong', 0),
      row(
        'objects that cleanup_job deletes; left behind it',
        `${counted.reduce((sum, { left }) => sum + left, 0)}; 0`,
      ),
    ];
  },
};

/** On a busy node, the hook says before it what it is waiting for. */
const BEGINNING = 'begins\n';

interface Counted {
  cuts: number;
  /** Objects of actions when the last one has ended. */
  left: number;
}

async function inMode(mode: Mode, count: number, { random, say }: Scale): Promise<Counted> {
  const cutter = await Cutter.start();
  let left = 0;
  try {
    await withJob(mode, { env: { ...cutter.environment, ...HEARTBEAT } }, async (runner) => {
      const folders = `for n in $(seq ${count}); do mkdir -p a/$n; head -c ${FILE_BYTES} /dev/zero | tr '\\0' x > a/$n/given; done`;
      ended(await step(runner, folders), 0);
      cutter.plan = () => randomCut(random);
      await pool(count, AT_ONCE, async (number) => {
        await checkAction(runner, number, 1 + whole(random, 500));
        if (number % 10 === 0) say(`${mode}: ${number} actions, ${cutter.cuts} cuts`);
      });
      cutter.plan = () => undefined;
      await checkFiles(runner, count);
      // A deletion whose connection stays silent is given up, and left to cleanup_job: `withJob` looks for what is left then.
      left = (await leftovers(runner)).filter((name) => name.includes('-step-')).length;
    });
    return { cuts: cutter.cuts, left };
  } finally {
    cutter.close();
  }
}

/** An action needs more connections than a step, and a copy between two pods, which begins anew, both of its own at once. */
function randomCut(random: () => number): Cut | undefined {
  if (random() < 0.7) return undefined;
  const how = random() < 0.15 ? 'silence' : 'reset';
  if (random() < 0.4) return { after: { ms: whole(random, 1_500) }, how };
  return { after: { bytes: whole(random, random() < 0.7 ? 14_000 : 150_000) }, how };
}

async function checkAction(runner: PodRunner, number: number, count: number): Promise<void> {
  const exitCode = number % 120;
  const result = await runner.containerAction(
    shellAction(`echo begins; cd a/${number}; wc -c < given; seq ${number} ${number + count - 1}
head -c ${FILE_BYTES} given | tr x y > made; rm given
echo "n=${number}" >> "$GITHUB_OUTPUT"; echo "v${number}=${number}" >> "$GITHUB_ENV"; exit ${exitCode}`),
  );
  const stdout = result.stdout.toString();
  const lines = Array.from({ length: count }, (_, index) => `${number + index}\n`).join('');
  const seen = {
    exitCode: result.exitCode,
    stdout: stdout.slice(Math.max(0, stdout.indexOf(BEGINNING))),
    outputs: result.outputs,
    env: result.env,
  };
  const expected = {
    exitCode,
    stdout: `${BEGINNING}${FILE_BYTES}\n${lines}`,
    outputs: { n: `${number}` },
    env: { [`v${number}`]: `${number}` },
  };
  assert.deepEqual(seen, expected, `action ${number}: ${log(result).slice(-1_000)}`);
}

/** What actions have made is there, and what they have removed is not: for the steps of the job, and for the runner. */
async function checkFiles(runner: PodRunner, count: number): Promise<void> {
  const list = 'cd a && for n in *; do echo "$n" $(ls "$n") $(sha256sum < "$n/made"); done | sort -n';
  const sha256 = createHash('sha256').update('y'.repeat(FILE_BYTES)).digest('hex');
  const expected = Array.from({ length: count }, (_, index) => `${index + 1} made ${sha256} -\n`).join('');
  assert.equal(ended(await step(runner, list), 0).stdout.toString(), expected, 'in the job');
  const onRunner = await runner.exec(['sh', '-c', `cd ${runner.folders.workspace}; ${list}`]);
  assert.equal(onRunner.stdout.toString(), expected, 'on the runner');
}

import { strict as assert } from 'node:assert';
import { NODE } from '../../bench/bed.js';
import { Cutter } from '../../e2e/cutter.js';
import type { PodRunner } from '../../runner/pod-runner.js';
import { ended, IMAGE, step, withRunner } from '../bed.js';
import { type Campaign, countOf, row, type Scale } from '../campaign.js';
import { whole } from '../random.js';

/** Between two cuts, on average. */
const UNIT_MB = 20;
const MB = 1_000_000;
const MOST_SENT = 1.3;
/** Sent again at the first cut, at most: parts are smaller from then on. */
const FIRST_PART_MB = 16.8;
const HANGS_AFTER_MS = 1_200_000;

/** As many folders with 20 MB each, in files of 2 kB, 20 kB and 1.5 MB; modes are those that the copy into the pod keeps. */
const PLANT = String.raw`
const { chmodSync, mkdirSync, symlinkSync, utimesSync, writeFileSync } = require('node:fs');
const { randomBytes } = require('node:crypto');
process.umask(0);
const [, root, units] = process.argv;
for (let unit = 0; unit < units; unit++) {
  const folder = root + '/unit ' + unit;
  mkdirSync(folder + '/empty', { recursive: true });
  for (const [count, bytes] of [[10, 1500000], [100, 20000], [1500, 2000]])
    for (let number = 0; number < count; number++) {
      const file = folder + '/' + bytes + '-' + number;
      writeFileSync(file, randomBytes(bytes));
      if (number % 3 === 0) chmodSync(file, 0o777);
      utimesSync(file, 1600000000, 1600000000 + number);
    }
  symlinkSync('2000-1', folder + '/link');
  writeFileSync(folder + '/-odd "name"\n' + 'n'.repeat(200), 'odd');
}`;

/** A tree in one digest: kinds, modes and targets, times of files, and contents. */
const DIGEST = String.raw`{ find . -mindepth 1 -printf '%y %m %l %P\0'; find . -type f -printf '%Ts %P\0'; } | sort -z | sha256sum
find . -type f -print0 | sort -z | xargs -0 sha256sum | sha256sum; find . -type f | wc -l`;

export const transfers: Campaign = {
  name: 'transfers',
  claim: 'bring files to the pod and back whole, and not twice, wherever connections are cut',
  needsPackages: true,
  run: async (scale) => {
    const cuts = Math.ceil(countOf(scale, 100, 8) / 2);
    const cutter = await Cutter.start();
    try {
      const env = { ...cutter.environment, ACTIONS_RUNNER_HOOK_FILES_BACK_BUDGET_MB: '4096' };
      return await withRunner('novolume', { env }, (runner) => bothWays(runner, cutter, cuts, scale));
    } finally {
      cutter.close();
    }
  },
};

async function bothWays(runner: PodRunner, cutter: Cutter, cuts: number, scale: Scale) {
  const tree = `${runner.folders.tools}/tree`;
  const planted = await runner.exec([NODE, '-e', PLANT, tree, `${cuts}`]);
  assert.equal(planted.exitCode, 0, planted.stderr.toString());
  const expected = await onRunner(runner, tree);
  const there = await during(cutter, cuts, scale, async () => {
    ended(
      await runner.prepareJob(
        { container: { image: IMAGE } },
        { signal: AbortSignal.timeout(HANGS_AFTER_MS) },
      ),
      0,
    );
  });
  const inPod = ended(await step(runner, `cd /__w/_tool/tree; ${DIGEST}`), 0).output.toString();
  assert.equal(inPod, expected, 'the tree in the pod');
  const back = await during(cutter, cuts, scale, async () => {
    const { output } = ended(await step(runner, 'cp -a /__w/_tool/tree .', { withinMs: HANGS_AFTER_MS }), 0);
    assert.equal(output.toString(), '', 'what was not copied');
  });
  assert.equal(
    await onRunner(runner, `${runner.folders.workspace}/tree`),
    expected,
    'the tree that came back',
  );
  ended(await runner.cleanupJob(), 0);
  return [
    row('size of the tree, MB', cuts * UNIT_MB),
    row('connections cut on the way to the pod; back', `${there.cuts}; ${back.cuts}`),
    row(
      'bytes in all, of the size: to the pod; back',
      `${there.ratio.toFixed(2)} x; ${back.ratio.toFixed(2)} x`,
    ),
  ];
}

/** Cuts so many connections, each somewhere, and counts what they carry. */
async function during(cutter: Cutter, cuts: number, { random, say }: Scale, transfer: () => Promise<void>) {
  const before = { cuts: cutter.cuts, bytes: cutter.bytes };
  cutter.plan = () =>
    cutter.cuts - before.cuts < cuts
      ? { after: { bytes: whole(random, 2 * UNIT_MB * MB) }, how: 'reset' }
      : undefined;
  await transfer();
  cutter.plan = () => undefined;
  const size = cuts * UNIT_MB * MB;
  const sent = cutter.bytes - before.bytes;
  const done = { cuts: cutter.cuts - before.cuts, ratio: sent / size };
  say(`${done.cuts} cuts, ${done.ratio.toFixed(2)} x the size`);
  assert.ok(done.cuts > 0, 'nothing was cut');
  assert.ok(sent <= MOST_SENT * size + FIRST_PART_MB * MB, `${done.ratio.toFixed(2)} x the size was sent`);
  return done;
}

async function onRunner(runner: PodRunner, folder: string): Promise<string> {
  const { exitCode, stdout, stderr } = await runner.exec(['sh', '-c', `cd "$0" && ${DIGEST}`, folder]);
  assert.equal(exitCode, 0, stderr.toString());
  return stdout.toString();
}

import { strict as assert } from 'node:assert';
import { setTimeout as sleep } from 'node:timers/promises';
import { leftovers, log, MODES } from '../../e2e/support.js';
import type { PodRunner } from '../../runner/pod-runner.js';
import { shellAction } from '../../runner/shell-action.js';
import { ended, IMAGE, inJob, jobPodOf, step, withJob, withRunner } from '../bed.js';
import { type Campaign, countOf, row } from '../campaign.js';
import { pool } from '../pool.js';
import { whole } from '../random.js';

const AT_ONCE = 4;
/** The runner's grace period: SIGTERM comes 7.5 s after SIGINT. */
const GONE_WITHIN_MS = 8_000;
const STUBBORN = `bash -c 'trap "" INT TERM; while :; do sleep 0.5; done'`;

/** Trees of processes, and exit codes that are theirs. */
const TREES: readonly [script: string, exitCodes: readonly number[]][] = [
  ['sleep 1000', [130]],
  [`bash -c 'sleep 1000 & ${STUBBORN.replaceAll("'", `'\\''`)} & wait'`, [130, 137, 143]],
  [STUBBORN, [137, 143]],
  ['trap "echo bye; exit 5" INT; while :; do sleep 0.1; done', [5]],
  ['for i in 1 2 3 4 5; do (trap "" INT; sleep 1000) & done; wait', [130, 137, 143]],
  ['sh -c "sleep 1000 | cat | cat"', [130]],
];

export const cancel: Campaign = {
  name: 'cancel',
  claim: 'leave nothing of a cancelled step or job behind, and the pod fit for later steps',
  needsPackages: false,
  run: async (scale) => {
    const steps = countOf(scale, 100, 12);
    let slowest = 0;
    await withJob('novolume', {}, async (runner) => {
      const pod = await jobPodOf(runner);
      await pool(steps, AT_ONCE, async (number) => {
        slowest = Math.max(slowest, await cancelStep(runner, pod, number, whole(scale.random, 1_500)));
        if (number % 20 === 0) scale.say(`${number} steps cancelled`);
      });
      ended(await step(runner, 'echo later steps work'), 0);
    });
    const actions = countOf(scale, 50, 2);
    const slowestAction = await cancelActions(actions);
    const jobs = Math.ceil(steps / 20);
    await cancelJobs(jobs);
    return [
      row('steps cancelled', steps),
      row('gone from the pod, exit code kept', `${steps} of ${steps}`),
      row('slowest, from SIGINT to the end of the hook, s', (slowest / 1000).toFixed(1)),
      row('docker actions cancelled that ignore SIGTERM; gone within 5 s', `${actions}; ${actions}`),
      row('slowest of these, from SIGINT to the end of the hook, s', (slowestAction / 1000).toFixed(1)),
      row('prepare_job cancelled while its pod was Pending, SIGTERM right behind SIGINT', jobs),
    ];
  },
};

/** @returns the time from the cancellation to the end of the hook. */
async function cancelStep(runner: PodRunner, pod: string, number: number, afterMs: number): Promise<number> {
  const [script, exitCodes] = TREES[number % TREES.length] ?? ['', []];
  const mark = `MARK=cancel-${number}-`;
  const controller = new AbortController();
  let began = 0;
  const result = await step(runner, `echo ready\n${script}`, {
    env: { MARK: `cancel-${number}-` },
    signal: controller.signal,
    onOutput: (chunk) => {
      if (chunk.includes('ready'))
        setTimeout(() => {
          began = Date.now();
          controller.abort();
        }, afterMs);
    },
  });
  const took = Date.now() - began;
  const survivors = await inJob(runner, pod, `grep -l '${mark}' /proc/[0-9]*/environ 2> /dev/null || :`);
  assert.equal(survivors, '', `processes of step ${number} that live on: ${script}`);
  assert.equal(result.cancelledBy, 'SIGINT', `step ${number} needed more: ${log(result)}`);
  assert.ok(took < GONE_WITHIN_MS, `step ${number} took ${took} ms: ${script}`);
  assert.ok(exitCodes.includes(result.exitCode ?? -1), `exit code ${result.exitCode ?? 'none'} of ${script}`);
  return took;
}

/** Half of them in each mode, beside a job. @returns the longest time from a cancellation to the end of the hook. */
async function cancelActions(actions: number): Promise<number> {
  let slowest = 0;
  for (const [index, mode] of MODES.entries())
    // A hook that needs more than 5 s is sent SIGTERM.
    await withJob(mode, { cancelGraceMs: { SIGINT: 5_000, SIGTERM: 5_000 } }, async (runner) => {
      for (let number = index; number < actions; number += MODES.length) {
        const controller = new AbortController();
        let began = 0;
        const action = shellAction('trap "" TERM INT; echo ready; while :; do sleep 0.2; done');
        const result = await runner.containerAction(action, {
          signal: controller.signal,
          onOutput: () => {
            began ||= Date.now();
            controller.abort();
          },
        });
        slowest = Math.max(slowest, Date.now() - began);
        assert.equal(
          result.cancelledBy,
          'SIGINT',
          `action ${number} in ${mode} mode needed more: ${log(result)}`,
        );
        assert.equal(result.exitCode, 143, log(result));
        const left = (await leftovers(runner)).filter((name) => name.includes('-step-'));
        assert.deepEqual(left, [], `what action ${number} in ${mode} mode has left`);
      }
    });
  return slowest;
}

/** A job whose pod no node has room for; SIGTERM must not shorten what SIGINT has begun. */
async function cancelJobs(jobs: number): Promise<void> {
  const options = {
    template: 'spec: { containers: [{ name: $job, resources: { requests: { cpu: "1000" } } }] }',
    cancelGraceMs: { SIGINT: 50, SIGTERM: 10_000 },
  };
  await withRunner('novolume', options, async (runner) => {
    for (let job = 0; job < jobs; job++) {
      const controller = new AbortController();
      const end = runner.prepareJob(
        {
          container: { image: IMAGE, credentials: { username: 'user', password: 'password' } },
          services: [{ image: 'redis:7', env: { PASSWORD: 'x' } }],
        },
        { signal: controller.signal },
      );
      while ((await leftovers(runner)).length < 3) await sleep(50);
      controller.abort();
      const result = await end;
      assert.ok(result.exitCode === 125 && log(result).includes('prepare_job was cancelled'), log(result));
      assert.deepEqual(await leftovers(runner), [], 'objects of a cancelled prepare_job');
    }
  });
}

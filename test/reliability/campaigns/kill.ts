import { strict as assert } from 'node:assert';
import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { podRunner } from '../../e2e/support.js';
import { kubectl } from '../../runner/kubectl.js';
import type { PodRunner } from '../../runner/pod-runner.js';
import { IMAGE } from '../bed.js';
import { type Campaign, countOf, row } from '../campaign.js';
import { pool } from '../pool.js';
import { whole } from '../random.js';

const AT_ONCE = 3;
/** A whole job lasts about this long. */
const JOB_MS = 4_500;
const GONE_WITHIN_MS = 60_000;
const JOB = {
  container: { image: IMAGE, credentials: { username: 'user', password: 'password' } },
  services: [{ image: 'redis:7', env: { PASSWORD: 'x' } }],
};

export const kill: Campaign = {
  name: 'kill',
  claim: 'leave no pod and no secret when hook or runner pod die at any moment',
  needsPackages: false,
  run: async (scale) => {
    const moments = countOf(scale, 50, 6);
    const namespace = `kill-${randomBytes(4).toString('hex')}`;
    const slowest = { hook: 0, runner: 0 };
    try {
      // The first one makes the namespace and its accounts.
      await (await podRunner('novolume', { namespace })).close();
      await pool(moments, AT_ONCE, async (number) => {
        const victim = number % 2 === 0 ? 'hook' : 'runner';
        const gone = await die(namespace, victim, whole(scale.random, JOB_MS));
        slowest[victim] = Math.max(slowest[victim], gone);
        if (number % 10 === 0) scale.say(`${number} moments`);
      });
    } finally {
      await kubectl(['delete', 'namespace', namespace, '--wait=false', '--ignore-not-found']);
    }
    const seconds = (ms: number) => (ms / 1000).toFixed(1);
    return [
      row('hook killed, then cleanup_job', Math.floor(moments / 2)),
      row('runner pod killed, and nobody to clean up', Math.ceil(moments / 2)),
      row('pods and secrets left', 0),
      row('slowest until all is gone, s: after cleanup_job', seconds(slowest.hook)),
      row('slowest until all is gone, s: after the runner pod', seconds(slowest.runner)),
    ];
  },
};

/** @returns how long it took until everything was gone. */
async function die(namespace: string, victim: 'hook' | 'runner', afterMs: number): Promise<number> {
  const runner = await podRunner('novolume', { namespace });
  try {
    const job = wholeJob(runner, victim === 'hook');
    await sleep(afterMs);
    if (victim === 'hook') await killHook(runner);
    else await runner.kubectl('delete', 'pod', runner.podName, '--grace-period=0', '--force', '--wait=false');
    const struck = Date.now();
    await job;
    for (;;) {
      const left = await ownedBy(runner);
      if (left === '') return Date.now() - struck;
      assert.ok(Date.now() - struck < GONE_WITHIN_MS, `after ${victim} was killed at ${afterMs} ms: ${left}`);
      await sleep(500);
    }
  } finally {
    await runner.close();
  }
}

/** A job as the runner goes through it: after a failure it still cleans up, if it lives. */
async function wholeJob(runner: PodRunner, survives: boolean): Promise<void> {
  try {
    const { exitCode } = await runner.prepareJob(JOB);
    for (let number = 0; exitCode === 0 && number < 3; number++)
      await runner.run({ run: 'sleep 0.5; echo done' });
    await runner.cleanupJob();
    // The one that was killed may have been cleanup_job itself, which nothing but ARC's own clean-up follows.
    if (survives) await runner.cleanupJob();
  } catch (error) {
    if (survives) throw error;
  }
}

/** The hook's process, not the agent that stands for the runner. */
async function killHook(runner: PodRunner): Promise<void> {
  const script = `for p in /proc/[0-9]*; do tr '\\0' ' ' < $p/cmdline | grep -q '^[^ ]*node [^ ]*/index.js $' && kill -9 \${p#/proc/}; done 2> /dev/null; :`;
  await runner.exec(['sh', '-c', script]);
}

function ownedBy(runner: PodRunner): Promise<string> {
  return runner.kubectl('get', 'pods,secrets', '-l', `runner-pod=${runner.podName}`, '-o', 'name');
}

import { strict as assert } from 'node:assert';
import { setTimeout as sleep } from 'node:timers/promises';
import { auditRequests } from '../../bench/audit.js';
import type { PodRunner } from '../../runner/pod-runner.js';
import { Cutter } from '../../e2e/cutter.js';
import { ended, inJob, jobPodOf, step, withJob } from '../bed.js';
import { type Campaign, countOf, row } from '../campaign.js';

/** The supervisor looks often at first, in case the step is short. */
const SETTLE_MS = 120_000;
const SETTLE_SMALL_MS = 3_000;
const MOST_REQUESTS_PER_MINUTE = 4;

export const quiet: Campaign = {
  name: 'quiet',
  claim: 'cost next to nothing while a step is silent, after a lost connection, too',
  needsPackages: true,
  run: async (scale) => {
    const seconds = countOf(scale, 180, 15);
    const settleMs = scale.small ? SETTLE_SMALL_MS : SETTLE_MS;
    const cutter = await Cutter.start();
    const { environment: env } = cutter;
    return withJob('novolume', { env }, async (runner) => {
      const pod = await jobPodOf(runner);
      // Once: who follows from then on must be as quiet as who did before.
      cutter.plan = () => (cutter.cuts === 0 ? { after: { ms: 2_000 }, how: 'reset' } : undefined);
      const silent = step(runner, `sleep ${Math.ceil(settleMs / 1000) + seconds + 5}`, {
        withinMs: settleMs + seconds * 1_000 + 120_000,
      });
      await sleep(settleMs);
      const since = new Date();
      const before = await cpuMs(runner, pod);
      await sleep(seconds * 1_000);
      const cpu = (await cpuMs(runner, pod)) - before;
      const requests = (await auditRequests(runner.namespace, since)).length;
      ended(await silent, 0);
      assert.equal(cutter.cuts, 1, 'connections cut');
      const perMinute = (requests * 60) / seconds;
      assert.ok(perMinute <= MOST_REQUESTS_PER_MINUTE, `${perMinute} requests per minute`);
      const share = (100 * cpu) / (seconds * 1_000);
      if (!scale.small) assert.ok(share < 1, `the job container uses ${share.toFixed(2)} % of a core`);
      return [
        row('seconds of silence', seconds),
        row('requests per minute', perMinute.toFixed(1)),
        row('share of a core in the job container, %', share.toFixed(2)),
      ];
    }).finally(() => cutter.close());
  },
};

/** CPU time of the whole job container: the step itself only sleeps. */
async function cpuMs(runner: PodRunner, pod: string): Promise<number> {
  const read = `cd /sys/fs/cgroup; if [ -e cpu.stat ]; then sed -n 's/^usage_usec //p' cpu.stat; else echo $(($(cat cpuacct/cpuacct.usage) / 1000)); fi`;
  return Number(await inJob(runner, pod, read)) / 1000;
}

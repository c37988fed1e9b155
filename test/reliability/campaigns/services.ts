import { strict as assert } from 'node:assert';
import type { PodRunner } from '../../runner/pod-runner.js';
import { log, podRunner } from '../../e2e/support.js';
import { type Campaign, countOf, row } from '../campaign.js';

/** Jobs at once: starting pods is what loads a node. */
const AT_ONCE = 4;
const NAMED = /container busybox of pod \S+ ended with exit code 3/;

export const services: Campaign = {
  name: 'services',
  claim: 'name a service that ends right after its start, while other jobs start',
  needsPackages: false,
  run: async (scale) => {
    const count = countOf(scale, 100, 4);
    const runners = await Promise.all(
      Array.from({ length: Math.min(AT_ONCE, count) }, () => podRunner('volume')),
    );
    const byPrepare: boolean[] = [];
    try {
      const work = async (runner: PodRunner) => {
        while (byPrepare.length < count) {
          const index = byPrepare.push(false) - 1;
          byPrepare[index] = await named(runner);
        }
      };
      await Promise.all(runners.map(work));
    } finally {
      await Promise.all(runners.map((runner) => runner.close()));
    }
    return [
      row('jobs with a service that ends at once', count),
      row('named by prepare_job', byPrepare.filter(Boolean).length),
      row('named by the first step that fails', byPrepare.filter((each) => !each).length),
    ];
  },
};

/** @returns whether prepare_job has named it. */
async function named(runner: PodRunner): Promise<boolean> {
  await runner.startJob();
  const service = { image: 'busybox:1.36', entrypoint: 'sh', command: '-c "exit 3"' };
  const prepared = await runner.prepareJob({ container: { image: 'debian:12' }, services: [service] });
  if (prepared.exitCode === 0) assert.match(log(await runner.run({ run: 'exit 1' })), NAMED);
  else assert.match(log(prepared), NAMED);
  assert.equal((await runner.cleanupJob()).exitCode, 0);
  return prepared.exitCode !== 0;
}

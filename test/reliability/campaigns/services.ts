import { strict as assert } from 'node:assert';
import type { PodRunner } from '../../runner/pod-runner.js';
import { log, podRunner } from '../../e2e/support.js';
import { type Campaign, countOf, row } from '../campaign.js';

/** Jobs at once: starting pods is what loads a node. */
const AT_ONCE = 4;
const NAMED = /container busybox of pod \S+ ended with exit code 3/;

type By = 'prepare_job' | 'step' | 'cleanup_job';

export const services: Campaign = {
  name: 'services',
  claim: 'name a service that ends right after its start, while other jobs start',
  needsPackages: false,
  run: async (scale) => {
    const count = countOf(scale, 100, 4);
    const runners = await Promise.all(
      Array.from({ length: Math.min(AT_ONCE, count) }, () => podRunner('volume')),
    );
    const by: (By | undefined)[] = [];
    try {
      const work = async (runner: PodRunner) => {
        while (by.length < count) {
          const index = by.push(undefined) - 1;
          by[index] = await named(runner);
        }
      };
      await Promise.all(runners.map(work));
    } finally {
      await Promise.all(runners.map((runner) => runner.close()));
    }
    return [
      row('jobs with a service that ends at once', count),
      ...(['prepare_job', 'step', 'cleanup_job'] as const).map((who) =>
        row(
          `named by ${who === 'step' ? 'the first step that fails' : who}`,
          by.filter((each) => each === who).length,
        ),
      ),
    ];
  },
};

/** A busy kubelet may tell only later that a service has ended: then the first step that fails names it, or the end of the job. */
async function named(runner: PodRunner): Promise<By> {
  await runner.startJob();
  const service = { image: 'busybox:1.36', entrypoint: 'sh', command: '-c "exit 3"' };
  const prepared = await runner.prepareJob({ container: { image: 'debian:12' }, services: [service] });
  const step = prepared.exitCode === 0 ? await runner.run({ run: 'exit 1' }) : undefined;
  const cleanup = await runner.cleanupJob();
  assert.equal(cleanup.exitCode, 0);
  if (step === undefined) assert.match(log(prepared), NAMED);
  else if (NAMED.test(log(step))) return 'step';
  else assert.match(log(cleanup), NAMED);
  return step === undefined ? 'prepare_job' : 'cleanup_job';
}

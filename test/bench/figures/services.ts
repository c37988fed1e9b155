import { IMAGE, jobPod, succeeded, withRunner } from '../bed.js';
import { differenceFigure, type Figure } from '../figure.js';
import type { Pair } from '../statistics.js';
import { clean, LIMIT_MS, plain, ready } from './prepare.js';

const RUNS = 5;
const SERVICES = 10;
/** What each service may cost beyond what the same pod takes. */
const EACH_MS = 20;

/** prepare_job with ten services against the same pod, made by one POST. */
export const services = {
  name: 'services',
  run: (): Promise<Figure[]> =>
    withRunner('volume', async (runner) => {
      const job = {
        container: { image: IMAGE },
        services: Array.from({ length: SERVICES }, (_, index) => ({
          image: 'busybox:1.36',
          entrypoint: 'sleep',
          command: '1000000',
          options: `--network-alias service-${index}`,
        })),
      };
      const prepared = async () => {
        await runner.startJob();
        return succeeded(await runner.prepareJob(job)).durationMs;
      };
      await prepared();
      const pod = await jobPod(runner);
      await clean(runner);
      const pairs: Pair[] = [];
      for (let run = 0; run < RUNS; run++) {
        const reference = await ready(runner, plain(pod, `plain-${run}`));
        pairs.push({ measured: await prepared(), reference });
        await clean(runner);
      }
      const name = `prepare_job with ${SERVICES} services, volume mode`;
      const limit = LIMIT_MS.volume + SERVICES * EACH_MS;
      return [differenceFigure({ name, unit: 'ms', limit }, 'same pod until Ready', pairs)];
    }),
};

import { setTimeout as sleep } from 'node:timers/promises';
import { SlowRegistry } from '../../cluster/slow-registry.js';
import { PodRunner } from '../../runner/pod-runner.js';
import { auditRequests, hasAuditLog } from '../audit.js';
import { HOOK_BUNDLE, succeeded } from '../bed.js';
import { valueFigure, type Figure } from '../figure.js';

const PULL_MS = 60_000;
const JOBS = 50;
/** Runner pods that are made at the same time: the benchmark is about the jobs. */
const AT_ONCE = 5;
/** The log is written behind the answers. */
const LOG_DELAY_MS = 1_000;

/** What waiting for an image that takes a minute costs the API server, by its own audit log. Nothing where it keeps none. */
export const pulls = {
  name: 'pulls',
  run: async (): Promise<Figure[]> => ((await hasAuditLog()) ? [await ofOneJob(), await ofManyJobs()] : []),
};

async function ofOneJob(): Promise<Figure> {
  const [asked] = await whilePulling(1);
  const name = `prepare_job whose image takes ${PULL_MS / 1_000} s, novolume mode`;
  return valueFigure({ name, unit: 'requests', limit: 30 }, [asked?.length ?? NaN]);
}

async function ofManyJobs(): Promise<Figure> {
  const moments = (await whilePulling(JOBS)).flat().map((at) => at.getTime());
  const seconds = (Math.max(...moments) - Math.min(...moments)) / 1_000;
  const name = `${JOBS} such jobs at once, from the first request to the last`;
  return valueFigure({ name, unit: 'requests/s', limit: 25 }, [moments.length / seconds]);
}

/** @returns when each job has asked something of the API server */
async function whilePulling(jobs: number): Promise<Date[][]> {
  const registry = await SlowRegistry.start(PULL_MS);
  const runners: PodRunner[] = [];
  try {
    while (runners.length < jobs) {
      const wanted = Math.min(AT_ONCE, jobs - runners.length);
      runners.push(...(await Promise.all(Array.from({ length: wanted }, readyRunner))));
    }
    const since = new Date();
    // The kubelet asks the registry for the tag `latest` each time.
    const container = { image: `${registry.host}/library/debian:latest` };
    await Promise.all(runners.map(async (runner) => succeeded(await runner.prepareJob({ container }))));
    await sleep(LOG_DELAY_MS);
    return await Promise.all(
      runners.map(async ({ namespace }) => (await auditRequests(namespace, since)).map(({ at }) => at)),
    );
  } finally {
    await Promise.all(runners.map((runner) => runner.close()));
    await registry.stop();
  }
}

async function readyRunner(): Promise<PodRunner> {
  const runner = await PodRunner.create({ mode: 'novolume', hookBundle: HOOK_BUNDLE });
  await runner.startJob();
  return runner;
}

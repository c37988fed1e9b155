import { setTimeout as sleep } from 'node:timers/promises';
import type { PodRunner } from '../../runner/pod-runner.js';
import { auditRequests, hasAuditLog } from '../audit.js';
import { IMAGE, succeeded, withRunner } from '../bed.js';
import { childCpu } from '../child-cpu.js';
import { ratioFigure, valueFigure, type Figure } from '../figure.js';

const RUNS = 3;
const COUNTS = [1, 10, 50] as const;
/** What a step of a longer job may cost of that of a short one. */
const LIMIT = 1.25;
/** The log is written behind the answers. */
const LOG_DELAY_MS = 1_000;

/** One job's steps, for each step. */
interface Steps {
  ms: number;
  cpuMs: number;
  requests: number | undefined;
}

/** Jobs of 1, 10 and 50 steps: what a step costs must not grow with their number. */
export const count = {
  name: 'count',
  run: (): Promise<Figure[]> =>
    withRunner('novolume', async (runner) => {
      const runs = new Map(COUNTS.map((steps): [number, Steps[]] => [steps, []]));
      for (let run = 0; run < RUNS; run++)
        for (const [steps, list] of runs) list.push(await job(runner, steps));
      const shortest = runs.get(COUNTS[0]) ?? [];
      return [...runs].flatMap(([steps, list]) => figuresOf(steps, list, shortest));
    }),
};

function figuresOf(steps: number, list: readonly Steps[], shortest: readonly Steps[]): Figure[] {
  const name = `a step of ${steps}`;
  // One step of one job says little about time on a busy machine: the limit is on what the hook itself uses.
  const compared = (what: 'ms' | 'cpuMs', heading: { name: string; limit?: number }) =>
    ratioFigure(
      { ...heading, unit: 'ms' },
      'the only step of a job',
      list.map((each, run) => ({ measured: each[what], reference: shortest[run]?.[what] ?? NaN })),
    );
  const requests = list.flatMap((each) => each.requests ?? []);
  return [
    compared('ms', { name }),
    compared('cpuMs', { name: `${name}: CPU of the hook`, limit: LIMIT }),
    ...(requests.length > 0
      ? [valueFigure({ name: `${name}: requests`, unit: 'requests', limit: 1 }, requests)]
      : []),
  ];
}

async function job(runner: PodRunner, steps: number): Promise<Steps> {
  await runner.startJob();
  succeeded(await runner.prepareJob({ container: { image: IMAGE } }));
  const since = new Date();
  const { result: ms, cpuMs } = await childCpu(runner, async () => {
    let total = 0;
    for (let step = 0; step < steps; step++) total += succeeded(await runner.run({ run: 'true' })).durationMs;
    return total;
  });
  const requests = await requestsSince(runner, since);
  succeeded(await runner.cleanupJob());
  return {
    ms: ms / steps,
    cpuMs: cpuMs / steps,
    requests: requests === undefined ? undefined : requests / steps,
  };
}

async function requestsSince(runner: PodRunner, since: Date): Promise<number | undefined> {
  if (!(await hasAuditLog())) return undefined;
  await sleep(LOG_DELAY_MS);
  return (await auditRequests(runner.namespace, since)).length;
}

import { setTimeout as sleep } from 'node:timers/promises';
import type { Mode } from '../../runner/arc.js';
import type { PodRunner } from '../../runner/pod-runner.js';
import type { HookResult } from '../../runner/runner.js';
import { auditRequests, hasAuditLog, type AuditedRequest } from '../audit.js';
import { IMAGE, modeName, MODES, succeeded, withRunner } from '../bed.js';
import { valueFigure, type Figure } from '../figure.js';

const RUNS = 3;

/** What the API server is asked, counted by its own audit log. Nothing where it keeps none. */
export const requests = {
  name: 'requests',
  run: async (): Promise<Figure[]> =>
    (await hasAuditLog()) ? [...(await inMode(MODES[0])), ...(await inMode(MODES[1]))] : [],
};

function inMode(mode: Mode): Promise<Figure[]> {
  return withRunner(mode, async (runner) => {
    const asked = { prepare: [], step: [], cleanup: [] } as Record<
      'prepare' | 'step' | 'cleanup',
      AuditedRequest[][]
    >;
    for (let run = 0; run < RUNS; run++) {
      asked.prepare.push(await during(runner, () => runner.prepareJob({ container: { image: IMAGE } })));
      asked.step.push(await during(runner, () => runner.run({ run: 'true' })));
      asked.cleanup.push(await during(runner, () => runner.cleanupJob()));
    }
    const count = ({ length }: AuditedRequest[]) => length;
    return [
      valueFigure({ name: `prepare_job, ${modeName(mode)}`, unit: 'requests' }, asked.prepare.map(count)),
      valueFigure(
        { name: `the same without repetitions`, unit: 'requests', limit: 5 },
        asked.prepare.map(countDistinct),
      ),
      valueFigure(
        { name: `no-op step, ${modeName(mode)}`, unit: 'requests', limit: 1 },
        asked.step.map(count),
      ),
      valueFigure({ name: `cleanup_job, ${modeName(mode)}`, unit: 'requests' }, asked.cleanup.map(count)),
    ];
  });
}

/** The log is written behind the answers. */
const LOG_DELAY_MS = 1_000;

async function during(runner: PodRunner, call: () => Promise<HookResult>): Promise<AuditedRequest[]> {
  const since = new Date();
  succeeded(await call());
  await sleep(LOG_DELAY_MS);
  return auditRequests(runner.namespace, since);
}

/** Asking again and again whether the pod runs counts once: how often depends on how fast the node is. */
function countDistinct(requests: AuditedRequest[]): number {
  return new Set(requests.map(({ verb, uri }) => `${verb} ${uri}`)).size;
}

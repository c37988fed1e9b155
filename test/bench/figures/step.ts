import type { Mode } from '../../runner/arc.js';
import type { PodRunner } from '../../runner/pod-runner.js';
import { kubectlExec, modeName, MODES, succeeded, withJob } from '../bed.js';
import { ratioFigure, type Figure } from '../figure.js';
import { interleave } from '../pairs.js';

const RUNS = 20;
const EARLIER_STEPS = 300;
/** As many at once as two cores take without queueing up. */
const AT_ONCE = 4;

/** A step that does nothing, in a new job and in one that has run many. */
export const step = {
  name: 'step',
  run: async (): Promise<Figure[]> => [...(await inMode(MODES[0])), ...(await inMode(MODES[1]))],
};

function inMode(mode: Mode): Promise<Figure[]> {
  return withJob(mode, async (runner, pod) => {
    const before = await againstExec(runner, pod, `no-op step, ${modeName(mode)}`);
    for (let done = 0; done < EARLIER_STEPS; done += AT_ONCE)
      await Promise.all(
        Array.from({ length: AT_ONCE }, async () => succeeded(await runner.run({ run: 'true' }))),
      );
    const after = await againstExec(runner, pod, `the same after ${EARLIER_STEPS} steps`);
    return [before, after];
  });
}

async function againstExec(runner: PodRunner, pod: string, name: string): Promise<Figure> {
  const pairs = await interleave(
    RUNS,
    async () => succeeded(await runner.run({ run: 'true' })).durationMs,
    async () => (await kubectlExec(runner, pod, 'true')).ms,
  );
  return ratioFigure({ name, unit: 'ms', limit: 1.5 }, 'kubectl exec true', pairs);
}

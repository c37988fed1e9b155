import type { HookResult } from '../../runner/runner.js';
import type { PodRunner } from '../../runner/pod-runner.js';
import { KUBECTL, measure, succeeded, withJob } from '../bed.js';
import { ratioFigure, type Figure } from '../figure.js';
import { interleave } from '../pairs.js';

const RUNS = 7;
const STEPS = 8;

/** Eight steps at once, as of a job with background steps, against one. */
export const parallel = {
  name: 'parallel',
  run: (): Promise<Figure[]> =>
    withJob('novolume', async (runner, pod) => {
      const [waiting, idle] = [1, 0];
      const pairs = await interleave(
        RUNS,
        () => together(runner, STEPS, waiting),
        () => together(runner, 1, waiting),
      );
      // As many processes as steps start at the same moment: what this costs is a matter of the machine's cores.
      const noOps = await interleave(
        RUNS,
        () => together(runner, STEPS, idle),
        () => together(runner, 1, idle),
      );
      const againstExec = await interleave(
        RUNS,
        () => together(runner, STEPS, idle),
        () => execsTogether(runner, pod),
      );
      const name = `${STEPS} no-op steps at once`;
      return [
        ratioFigure({ name: `${STEPS} steps of 1 s at once`, unit: 'ms', limit: 4 }, 'one such step', pairs),
        ratioFigure({ name, unit: 'ms' }, 'one no-op step', noOps),
        ratioFigure({ name, unit: 'ms' }, `${STEPS} x kubectl exec true at once`, againstExec),
      ];
    }),
};

/** Time until the last of them has ended, each with the right exit code and output. */
async function together(runner: PodRunner, steps: number, seconds: number): Promise<number> {
  const started = performance.now();
  const results = await Promise.all(
    Array.from({ length: steps }, (_, index) =>
      runner.run({
        run: `echo "step ${index}"; ${seconds > 0 ? `sleep ${seconds}; ` : ''}echo "id=${index}" >> "$GITHUB_OUTPUT"; exit ${index}`,
      }),
    ),
  );
  const ms = performance.now() - started;
  results.forEach(check);
  return ms;
}

function check(result: HookResult, index: number): void {
  succeeded(result, index);
  const seen = { stdout: result.stdout.toString(), id: result.outputs['id'] };
  if (seen.stdout !== `step ${index}\n` || seen.id !== String(index))
    throw new Error(`step ${index} gave ${JSON.stringify(seen)}`);
}

/** What the node makes of as many execs, whoever asks for them. */
async function execsTogether(runner: PodRunner, pod: string): Promise<number> {
  const exec = `${KUBECTL} exec ${pod} -c job -- true`;
  const script = `for i in $(seq ${STEPS}); do ${exec} & done; wait`;
  return (await measure(runner, { kind: 'command', argv: ['sh', '-c', script] })).ms;
}

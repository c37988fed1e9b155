import type { PodRunner } from '../../runner/pod-runner.js';
import { kubectlExec, measure, NODE, succeeded, withJob } from '../bed.js';
import { ratioFigure, valueFigure, type Figure } from '../figure.js';
import { interleave } from '../pairs.js';

const RUNS = 9;
const MEGABYTES = 300;
const FILE = '/tmp/output';
const INPUT = '/tmp/step.json';

/** A step that prints a large file, against `kubectl exec -- cat` of the same file: nothing may get lost. */
export const output = {
  name: 'output',
  run: (): Promise<Figure[]> =>
    withJob('novolume', async (runner, pod, state) => {
      succeeded(await runner.run({ run: `seq 100000000 | head -c ${MEGABYTES * 1_000_000} > ${FILE}` }));
      await runner.writeFile(INPUT, JSON.stringify(stepThatPrints(state)));
      const { sha256 } = await kubectlExec(runner, pod, 'cat', FILE);
      const pairs = await interleave(
        RUNS,
        async () => {
          const step = await runHook(runner);
          if (step.sha256 !== sha256)
            throw new Error(`the output is not that of the step: ${step.bytes} bytes arrived`);
          return step.ms;
        },
        async () => (await kubectlExec(runner, pod, 'cat', FILE)).ms,
      );
      const { maxRssKb } = succeeded(await runner.run({ run: `cat ${FILE}` }, { keepOutput: false }));
      const name = `${MEGABYTES} MB of output`;
      return [
        ratioFigure({ name, unit: 'ms', limit: 1.25 }, 'kubectl exec cat', pairs),
        valueFigure({ name: `${name}: peak RSS`, unit: 'MB', limit: 80 }, [maxRssKb / 1024]),
      ];
    }),
};

/** By the tool that runs kubectl, too, as reading so much costs time of its own. */
function runHook(runner: PodRunner) {
  const script = `exec ${NODE} "$ACTIONS_RUNNER_CONTAINER_HOOKS" < ${INPUT}`;
  return measure(runner, { kind: 'command', argv: ['sh', '-c', script] });
}

function stepThatPrints(state: unknown) {
  return {
    command: 'run_script_step',
    responseFile: '/tmp/response.json',
    state,
    args: {
      entryPoint: 'cat',
      entryPointArgs: [FILE],
      workingDirectory: '/',
      environmentVariables: {},
      prependPath: [],
    },
  };
}

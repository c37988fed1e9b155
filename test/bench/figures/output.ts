import { kubectlExec, succeeded, withJob } from '../bed.js';
import { ratioFigure, valueFigure, type Figure } from '../figure.js';
import { interleave } from '../pairs.js';

const RUNS = 3;
const MEGABYTES = 300;
const FILE = '/tmp/output';

/** A step that prints a large file, against `kubectl exec -- cat` of the same file: nothing may get lost. */
export const output = {
  name: 'output',
  run: (): Promise<Figure[]> =>
    withJob('novolume', async (runner, pod) => {
      succeeded(await runner.run({ run: `seq 100000000 | head -c ${MEGABYTES * 1_000_000} > ${FILE}` }));
      const { sha256 } = await kubectlExec(runner, pod, 'cat', FILE);
      const memory: number[] = [];
      const pairs = await interleave(
        RUNS,
        async () => {
          const result = succeeded(await runner.run({ run: `cat ${FILE}` }, { keepOutput: false }));
          if (result.stdoutSha256 !== sha256)
            throw new Error(`the output is not that of the step: ${result.stdoutBytes} bytes arrived`);
          memory.push(result.maxRssKb / 1024);
          return result.durationMs;
        },
        async () => (await kubectlExec(runner, pod, 'cat', FILE)).ms,
      );
      const name = `${MEGABYTES} MB of output`;
      return [
        ratioFigure({ name, unit: 'ms' }, 'kubectl exec cat', pairs),
        valueFigure({ name: `${name}: peak RSS`, unit: 'MB', limit: 80 }, memory),
      ];
    }),
};

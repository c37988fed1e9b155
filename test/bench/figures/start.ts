import { stat } from 'node:fs/promises';
import type { PodRunner } from '../../runner/pod-runner.js';
import { HOOK_BUNDLE, hookPath, IMAGE, measure, NODE, stepInput, succeeded, withRunner } from '../bed.js';
import { ratioFigure, valueFigure, type Figure } from '../figure.js';
import { interleave } from '../pairs.js';

const RUNS = 15;
const BYTES_PER_MB = 1024 * 1024;
const EMPTY_FILE = '/tmp/empty.js';

/** What each call of the hook costs before it has done anything. */
export const start = {
  name: 'start',
  run: (): Promise<Figure[]> =>
    withRunner('volume', async (runner) => {
      const { response } = succeeded(await runner.prepareJob({ container: { image: IMAGE } }));
      await runner.writeFile(EMPTY_FILE, '');
      const hook = await hookPath(runner);
      const input = await stepInput(response?.state);
      const bareNode = async () => (await measure(runner, { kind: 'command', argv: [NODE, EMPTY_FILE] })).ms;
      const pairs = await interleave(
        RUNS,
        async () => (await measure(runner, { kind: 'first connection', hook, input })).ms,
        bareNode,
      );
      const refusals = await interleave(RUNS, () => refusal(runner), bareNode);
      const memory = [];
      for (let run = 0; run < RUNS; run++)
        memory.push(succeeded(await runner.run({ run: 'true' })).maxRssKb / 1024);
      return [
        valueFigure({ name: 'size of index.js', unit: 'MB', limit: 1 }, [
          (await stat(HOOK_BUNDLE)).size / BYTES_PER_MB,
        ]),
        ratioFigure(
          { name: 'start to first connection', unit: 'ms', limit: 2 },
          'node empty.js, start to end',
          pairs,
        ),
        ratioFigure(
          { name: 'start until empty input is refused', unit: 'ms', limit: 2 },
          'node empty.js, start to end',
          refusals,
        ),
        valueFigure({ name: 'peak RSS of a step', unit: 'MB', limit: 60 }, memory),
      ];
    }),
};

async function refusal(runner: PodRunner): Promise<number> {
  return succeeded(await runner.send(''), 125).durationMs;
}

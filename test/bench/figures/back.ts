import type { PodRunner } from '../../runner/pod-runner.js';
import { KUBECTL, kubectlExec, measure, succeeded, withJob } from '../bed.js';
import { differenceFigure, type Figure, ratioFigure, valueFigure } from '../figure.js';
import { interleave } from '../pairs.js';

const RUNS = 10;
const BULK_RUNS = 3;
const FILES_PER_FOLDER = 100;
const BULK = { files: 10_000, bytesPerFile: 20 * 1024 };

/** What files that come back cost a step without a shared volume: one that changes nothing, and one that changes much. */
export const back = {
  name: 'back',
  run: async (): Promise<Figure[]> => [
    ...(await noOp(0)),
    ...(await noOp(10_000)),
    ...(await noOp(100_000)),
    ...(await bulk()),
  ],
};

/** Against the metadata scan that it cannot do without, on the same tree. */
function noOp(files: number): Promise<Figure[]> {
  return withJob('novolume', async (runner, pod) => {
    const step = async (run: string) => succeeded(await runner.run({ run })).durationMs;
    if (files > 0) await step(plant('tree', files, 100));
    const since = async () => (await kubectlExec(runner, pod, 'find', '/__w', '-newerct', '@4000000000')).ms;
    const pairs = await interleave(RUNS, () => step('true'), since);
    const name = `no-op step with ${files.toLocaleString('en')} files in the workspace`;
    return [differenceFigure({ name, unit: 'ms' }, 'kubectl exec find -newerct', pairs)];
  });
}

/** Against raw tar of the same files out of the same container. */
function bulk(): Promise<Figure[]> {
  return withJob('novolume', async (runner, pod) => {
    const memory: number[] = [];
    let tree = 0;
    const pairs = await interleave(
      BULK_RUNS,
      async () => {
        // Made by one step without the hook's knowledge of time, brought back by the next one.
        const made = `/__w/tree-${++tree}`;
        await kubectlExec(runner, pod, 'sh', '-c', `cd / && ${plant(made, BULK.files, BULK.bytesPerFile)}`);
        const empty = succeeded(await runner.run({ run: 'true' })).durationMs;
        const result = succeeded(await runner.run({ run: `mv ${made} tree` }));
        memory.push(result.maxRssKb / 1024);
        await verify(runner);
        succeeded(await runner.run({ run: 'rm -r tree' }));
        return Math.max(0, result.durationMs - empty);
      },
      async () => {
        await kubectlExec(
          runner,
          pod,
          'sh',
          '-c',
          `cd / && ${plant('/__w/raw', BULK.files, BULK.bytesPerFile)}`,
        );
        const { ms } = await measure(runner, {
          kind: 'command',
          argv: [
            'sh',
            '-c',
            `mkdir /tmp/raw && ${KUBECTL} exec ${pod} -c podhooks -- tar -c -C /__w/raw -f - . | tar -x -C /tmp/raw -f -`,
          ],
        });
        await kubectlExec(runner, pod, 'rm', '-r', '/__w/raw');
        await runner.exec(['rm', '-r', '/tmp/raw']);
        return ms;
      },
    );
    const name = '10,000 files of 20 KiB: added to the step that made them';
    return [
      ratioFigure({ name, unit: 'ms', limit: 1.1 }, 'kubectl exec tar to tar', pairs),
      valueFigure({ name: 'peak RSS of that step', unit: 'MB', limit: 96 }, memory),
    ];
  });
}

/** A script that creates a folder with so many files. */
function plant(folder: string, files: number, bytesPerFile: number): string {
  return `head -c ${files * bytesPerFile} /dev/urandom > /tmp/random && mkdir ${folder} && (cd ${folder} &&
split -a 5 -d -b ${bytesPerFile} /tmp/random && for i in $(seq ${files / FILES_PER_FOLDER}); do mkdir d$i; ls | grep ^x | head -n ${FILES_PER_FOLDER} | xargs mv -t d$i; done)`;
}

async function verify(runner: PodRunner): Promise<void> {
  const { stdout } = await runner.exec([
    'sh',
    '-c',
    `find ${runner.folders.workspace}/tree -type f -size ${BULK.bytesPerFile}c | wc -l`,
  ]);
  if (stdout.toString().trim() !== `${BULK.files}`)
    throw new Error(`of ${BULK.files} files there came ${stdout.toString()}`);
}

import type { PodRunner } from '../../runner/pod-runner.js';
import { KUBECTL, kubectlExec, measure, succeeded, withJob } from '../bed.js';
import { differenceFigure, type Figure, ratioFigure, valueFigure } from '../figure.js';
import { interleave } from '../pairs.js';

const RUNS = 10;
const FILES_PER_FOLDER = 100;
const RAW_ATTEMPTS = 5;

interface Tree {
  name: string;
  files: number;
  bytesPerFile: number;
  runs: number;
}

const TREES: readonly Tree[] = [
  { name: '10,000 files of 20 KiB', files: 10_000, bytesPerFile: 20 * 1024, runs: 3 },
  { name: '100,000 files of 2 KiB', files: 100_000, bytesPerFile: 2 * 1024, runs: 2 },
  { name: 'a file of 2 GiB', files: 1, bytesPerFile: 2 ** 31, runs: 2 },
];
const ENV = { ACTIONS_RUNNER_HOOK_FILES_BACK_BUDGET_MB: '4096' };

/** What files that come back cost a step without a shared volume: one that changes nothing, and one that changes much. */
export const back = {
  name: 'back',
  run: async (): Promise<Figure[]> => [
    ...(await noOp(0)),
    ...(await noOp(10_000)),
    ...(await noOp(100_000)),
    ...(await inBulk()),
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
function inBulk(): Promise<Figure[]> {
  return withJob(
    'novolume',
    async (runner, pod) => {
      const figures: Figure[] = [];
      for (const tree of TREES) figures.push(...(await ofTree(runner, pod, tree)));
      return figures;
    },
    ENV,
  );
}

async function ofTree(runner: PodRunner, pod: string, tree: Tree): Promise<Figure[]> {
  const memory: number[] = [];
  const inJob = (script: string) => kubectlExec(runner, pod, 'sh', '-c', script);
  const pairs = await interleave(
    tree.runs,
    async () => {
      // Outside of the workspace, where nothing is looked for: the step only moves it.
      await inJob(plant('/__w/planted', tree.files, tree.bytesPerFile));
      const { durationMs: empty } = succeeded(await runner.run({ run: 'true' }));
      const { durationMs, maxRssKb } = succeeded(await runner.run({ run: 'mv /__w/planted tree' }));
      memory.push(maxRssKb / 1024);
      await verify(runner, tree);
      succeeded(await runner.run({ run: 'rm -r tree' }));
      return Math.max(0, durationMs - empty);
    },
    async () => {
      await inJob(plant('/__w/raw', tree.files, tree.bytesPerFile));
      const tar = `${KUBECTL} exec ${pod} -c podhooks -- tar -c -C /__w/raw -f - . | tar -x -C /tmp/raw -f -`;
      const argv = ['sh', '-c', `rm -rf /tmp/raw && mkdir /tmp/raw && ${tar}`];
      const ms = await rawMs(runner, argv);
      await inJob('rm -r /__w/raw');
      await runner.exec(['rm', '-r', '/tmp/raw']);
      return ms;
    },
  );
  return [
    ratioFigure(
      { name: `${tree.name}: added to the step that made them`, unit: 'ms', limit: 1.1 },
      'kubectl exec tar to tar',
      pairs,
    ),
    valueFigure({ name: 'peak RSS of that step', unit: 'MB', limit: 96 }, memory),
  ];
}

/** A bare exec may lose the end of what it carries, which the hook's copies do not: then it is run again. */
async function rawMs(runner: PodRunner, argv: readonly string[]): Promise<number> {
  for (let attempt = 1; ; attempt++)
    try {
      return (await measure(runner, { kind: 'command', argv })).ms;
    } catch (error) {
      if (attempt === RAW_ATTEMPTS) throw error;
    }
}

/** A script that creates a folder with so many files, a hundred in each of its folders. */
export function plant(folder: string, files: number, bytesPerFile: number): string {
  const move = `xargs -n ${FILES_PER_FOLDER} sh -c 'mkdir -p d$$ && exec mv "$@" d$$/' sh`;
  return `mkdir ${folder} && cd ${folder} && head -c ${files * bytesPerFile} /dev/urandom | split -a 5 -d -b ${bytesPerFile} - && ls | ${move}`;
}

async function verify(runner: PodRunner, { files, bytesPerFile }: Tree): Promise<void> {
  const { stdout } = await runner.exec([
    'sh',
    '-c',
    `find ${runner.folders.workspace}/tree -type f -size ${bytesPerFile}c | wc -l`,
  ]);
  if (stdout.toString().trim() !== `${files}`)
    throw new Error(`of ${files} files there came ${stdout.toString()}`);
}

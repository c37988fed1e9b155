import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { PodRunner } from '../../runner/pod-runner.js';
import { IMAGE, jobPod, KUBECTL, measure, NODE, succeeded, withRunner } from '../bed.js';
import { childCpu } from '../child-cpu.js';
import { ratioFigure, valueFigure, type Figure } from '../figure.js';
import { interleave } from '../pairs.js';

interface Tree {
  name: string;
  files: number;
  bytesPerFile: number;
  runs: number;
  /** Of the time that raw tar takes. */
  limit?: number;
}

const KIB = 1024;
const TREES: readonly Tree[] = [
  { name: '10 files of 2 KiB', files: 10, bytesPerFile: 2 * KIB, runs: 3 },
  { name: '1,000 files of 2 KiB', files: 1_000, bytesPerFile: 2 * KIB, runs: 3 },
  { name: '10,000 files of 2 KiB', files: 10_000, bytesPerFile: 2 * KIB, runs: 3, limit: 1 },
  { name: '100,000 files of 2 KiB', files: 100_000, bytesPerFile: 2 * KIB, runs: 2, limit: 1 },
  { name: '10,000 files of 20 KiB', files: 10_000, bytesPerFile: 20 * KIB, runs: 3, limit: 1 },
  { name: 'a file of 2 GiB', files: 1, bytesPerFile: 2 * KIB * KIB * KIB, runs: 1, limit: 1 },
  { name: '4 files of 64 MiB', files: 4, bytesPerFile: 64 * KIB * KIB, runs: 3, limit: 1 },
];
const FILES_PER_FOLDER = 100;
/** The kubelet is still busy with a pod that the API server has already forgotten. */
const REST_MS = 2_000;

/** What a work folder without a shared volume adds to prepare_job, against raw tar of the same files into the same container. */
export const trees = {
  name: 'trees',
  run: (): Promise<Figure[]> =>
    withRunner('novolume', async (runner) => {
      const figures: Figure[] = [];
      for (const tree of TREES) figures.push(...(await ofTree(runner, tree)));
      return figures;
    }),
};

async function ofTree(runner: PodRunner, tree: Tree): Promise<Figure[]> {
  const folder = join(runner.folders.tools, 'tree');
  const cpu: number[] = [];
  const memory: number[] = [];
  const pairs = await interleave(
    tree.runs,
    async () => {
      await runner.remove(folder);
      const { durationMs: empty } = await prepare(runner);
      await clean(runner);
      await plant(runner, tree, folder);
      const { result, cpuMs } = await childCpu(runner, () => prepare(runner));
      await verify(runner, tree);
      await clean(runner);
      cpu.push(cpuMs);
      memory.push(result.maxRssKb / 1024);
      return Math.max(0, result.durationMs - empty);
    },
    async () => {
      await runner.remove(folder);
      await prepare(runner);
      await plant(runner, tree, folder);
      const ms = await rawTar(runner, folder);
      await clean(runner);
      return ms;
    },
  );
  const { name, files, limit } = tree;
  const added = pairs.map(({ measured }) => measured);
  return [
    ratioFigure(
      { name: `${name}: added to prepare_job`, unit: 'ms', ...(limit !== undefined && { limit }) },
      'tar to kubectl exec tar',
      pairs,
    ),
    ...(files >= 1000
      ? [
          valueFigure(
            { name: 'for each 1,000 files', unit: 'ms' },
            added.map((ms) => (ms * 1000) / files),
          ),
        ]
      : []),
    valueFigure({ name: 'CPU of prepare_job', unit: 'ms' }, cpu),
    valueFigure({ name: 'peak RSS of prepare_job', unit: 'MB', limit: 100 }, memory),
  ];
}

async function prepare(runner: PodRunner) {
  await runner.startJob();
  return succeeded(await runner.prepareJob({ container: { image: IMAGE } }));
}

async function clean(runner: PodRunner): Promise<void> {
  succeeded(await runner.cleanupJob());
  await sleep(REST_MS);
}

/** Fills a folder of the runner; read once, so that both sides find it in the kernel's cache. */
async function plant(runner: PodRunner, { files, bytesPerFile }: Tree, folder: string): Promise<void> {
  const script = `
    const { appendFileSync, mkdirSync } = require('node:fs');
    const content = require('node:crypto').randomBytes(${Math.min(bytesPerFile, 64 * KIB * KIB)});
    for (let i = 0; i < ${files}; i++) {
      const folder = \`${folder}/\${Math.floor(i / ${FILES_PER_FOLDER})}\`;
      if (i % ${FILES_PER_FOLDER} === 0) mkdirSync(folder, { recursive: true });
      for (let bytes = 0; bytes < ${bytesPerFile}; bytes += content.length)
        appendFileSync(\`\${folder}/file-\${i}\`, content);
    }`;
  await ran(runner, NODE, '-e', script);
  await ran(runner, 'sync', '-f', folder);
}

/** As many files and bytes as were planted: a transfer that leaves something out is no faster one. */
async function verify(runner: PodRunner, { files, bytesPerFile }: Tree): Promise<void> {
  const list = 'cd /__w/_tool/tree && find . -type f -printf "%s\\n"';
  const sum = "awk '{ n += 1; b += $1 } END { print n, b }'";
  const { stdout } = succeeded(await runner.run({ run: `${list} | ${sum}` }));
  if (stdout.toString() !== `${files} ${files * bytesPerFile}\n`)
    throw new Error(`of ${files} files there came "${stdout.toString().trim()}"`);
}

async function rawTar(runner: PodRunner, folder: string): Promise<number> {
  const pod = (await jobPod(runner)).metadata?.name ?? '';
  const exec = `${KUBECTL} exec -i ${pod} -c podhooks -- sh -c 'mkdir /__w/raw && exec tar -x -f - -C /__w/raw'`;
  const script = `tar -C ${folder} -cf - . | ${exec}`;
  return (await measure(runner, { kind: 'command', argv: ['sh', '-c', script] })).ms;
}

async function ran(runner: PodRunner, ...argv: [string, ...string[]]): Promise<void> {
  const { exitCode, stderr } = await runner.exec(argv);
  if (exitCode !== 0) throw new Error(`${argv[0]} in the runner pod failed: ${stderr.toString()}`);
}

/**
 * `npm run bench`: measures the hook inside of runner pods on the test cluster, each figure against a plain reference in
 * the same run. `--only NAME` picks benchmarks, `--json FILE` keeps the figures. Exit code 1 if a target is missed.
 */
import { writeFile } from 'node:fs/promises';
import { cpus } from 'node:os';
import { useCluster } from './bed.js';
import type { Benchmark } from './benchmark.js';
import { isMet, type Figure } from './figure.js';
import { actions } from './figures/actions.js';
import { against } from './figures/against.js';
import { back } from './figures/back.js';
import { count } from './figures/count.js';
import { output } from './figures/output.js';
import { parallel } from './figures/parallel.js';
import { prepare } from './figures/prepare.js';
import { profile } from './figures/profile.js';
import { pulls } from './figures/pulls.js';
import { requests } from './figures/requests.js';
import { services } from './figures/services.js';
import { start } from './figures/start.js';
import { step } from './figures/step.js';
import { trees } from './figures/trees.js';
import { readOptions } from './options.js';
import { markdownTable } from './report.js';
import { printedHelp } from '../usage.js';

const BENCHMARKS: readonly Benchmark[] = [
  start,
  step,
  count,
  prepare,
  services,
  actions,
  trees,
  back,
  parallel,
  output,
  requests,
  pulls,
  profile,
];

const say = (text: string) => process.stderr.write(`bench: ${text}\n`);

const usage = (names: readonly string[]) => `npm run bench -- [--only NAME]... [--against FILE] [--json FILE]

  --only NAME     a benchmark: ${names.join(', ')}
  --against FILE  compares this hook with FILE, the index.js of another one: steps, output and prepare_job in turns
  --json FILE     also writes the figures to FILE`;

async function main(): Promise<void> {
  if (printedHelp(usage(BENCHMARKS.map(({ name }) => name)))) return;
  const options = readOptions(
    process.argv.slice(2),
    BENCHMARKS.map(({ name }) => name),
  );
  const { about } = await useCluster();
  const figures: Figure[] = [];
  const wanted = BENCHMARKS.filter(({ name }) => options.only.includes(name));
  for (const { name, run } of [
    ...wanted,
    ...(options.against === undefined ? [] : [against(options.against)]),
  ]) {
    say(name);
    figures.push(...(await run()));
  }
  const processor = `${cpus().length} x ${cpus()[0]?.model ?? 'unknown'}`;
  if (options.json !== undefined)
    await writeFile(options.json, `${JSON.stringify({ cluster: about, processor, figures }, null, 2)}\n`);
  console.log(`${about}; ${processor}\nminimum / **median** / maximum\n\n${markdownTable(figures)}`);
  if (!figures.every(isMet)) process.exitCode = 1;
}

main().catch((error: unknown) => {
  say(error instanceof Error ? error.message : String(error));
  process.exitCode = 2;
});

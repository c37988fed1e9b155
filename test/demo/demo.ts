/**
 * `npm run demo`: a whole job on a test cluster, in both modes, shown as GitHub's log would show it. Brings a cluster up
 * if there is none. Exit code 0 only if every output was as expected and nothing was left behind.
 */
import { fileURLToPath } from 'node:url';
import { up } from '../cluster/beds.js';
import { environmentOf } from '../cluster/record.js';
import type { Mode } from '../runner/arc.js';
import { PodRunner } from '../runner/pod-runner.js';
import { COLOURED, PLAIN } from './github-log.js';
import { runJob } from './job.js';
import { timeTable, type Column } from './times.js';

const HOOK_BUNDLE = fileURLToPath(new URL('../../packages/k8s/dist/index.js', import.meta.url));
const MODES: readonly { mode: Mode; title: string; about: string }[] = [
  { mode: 'volume', title: 'volume', about: 'the work folder is a volume that runner and job share' },
  { mode: 'novolume', title: 'no-volume', about: 'nothing is shared: files travel over exec' },
];

const colours = process.stdout.isTTY && process.env['NO_COLOR'] === undefined;
const style = colours ? COLOURED : PLAIN;
const print = (line: string) => console.log(line);

async function main(): Promise<void> {
  const cluster = await up(process.env, (text) => process.stderr.write(`cluster: ${text}\n`));
  Object.assign(process.env, environmentOf(cluster, process.env));
  print(`One job, as GitHub's runner runs it through the hook, on ${cluster.about}.`);

  const columns: Column[] = [];
  const faults: string[] = [];
  for (const { mode, title, about } of MODES) {
    print(`\n${style.bold(`${title} mode`)}: ${about}\n`);
    const runner = await PodRunner.create({ mode, hookBundle: HOOK_BUNDLE });
    try {
      const report = await runJob(runner, print, style);
      columns.push({ title, times: report.times });
      faults.push(...report.faults.map((fault) => `${title} mode: ${fault}`));
    } finally {
      await runner.close();
    }
  }

  print(`\n${timeTable(columns).join('\n')}\n`);
  for (const fault of faults) print(style.red(`NOT AS EXPECTED: ${fault}`));
  if (faults.length > 0) process.exitCode = 1;
  else print('All outputs are as expected; no pod and no secret of the jobs is left.');
}

main().catch((error: unknown) => {
  process.stderr.write(`demo: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
});

/**
 * `npm run demo`: jobs on the local engine, shown as GitHub's log would show them: a whole job in both modes, and one that
 * cannot start. `npm run demo -- --cluster` shows the same on a real cluster, and brings one up if there is none.
 * Exit code 0 only if every output was as expected and nothing was left behind.
 */
import { parseArgs } from 'node:util';
import type { Mode } from '../runner/arc.js';
import { clusterBed, engineBed, type DemoBed } from './beds.js';
import { COLOURED, PLAIN } from './github-log.js';
import { runJob, type JobReport } from './job.js';
import { jobWithoutImage, jobWithoutMounts, wholeJob, type DemoStep } from './steps.js';
import { timeTable, type Column } from './times.js';
import { printedHelp } from '../usage.js';

const MODES: readonly { mode: Mode; title: string; about: string }[] = [
  { mode: 'volume', title: 'volume', about: 'the work folder is a volume that runner and job share' },
  { mode: 'novolume', title: 'novolume', about: 'nothing is shared: files travel over exec' },
];

const colours = process.stdout.isTTY && process.env['NO_COLOR'] === undefined;
const style = colours ? COLOURED : PLAIN;
const print = (line: string) => console.log(line);

const USAGE = `npm run demo -- [--cluster]

  --cluster  on a real cluster instead of the local engine; creates one if there is none`;

async function main(): Promise<void> {
  if (printedHelp(USAGE)) {
    process.exitCode = 0;
    return;
  }
  const { values } = parseArgs({ options: { cluster: { type: 'boolean', default: false } } });
  const bed = values.cluster ? await clusterBed() : await engineBed();
  print(`Jobs, as GitHub's runner runs them through the hook, on ${bed.about}.`);
  const faults =
    bed.limitation === undefined ? await showAll(bed) : await showLimitation(bed, bed.limitation);
  for (const fault of faults) print(style.red(`NOT AS EXPECTED: ${fault}`));
  if (faults.length === 0) process.exitCode = 0;
}

/** The demo where jobs can run. Gives what was not as expected. */
async function showAll(bed: DemoBed): Promise<string[]> {
  const columns: Column[] = [];
  const faults: string[] = [];
  for (const { mode, title, about } of MODES) {
    const report = await show(bed, mode, `${title} mode`, about, wholeJob(bed.surroundings));
    columns.push({ title, times: report.times });
    faults.push(...report.faults);
  }
  const failing = await show(bed, 'volume', 'A mistake', 'the image does not exist', jobWithoutImage);
  faults.push(...failing.faults);
  print(`\n${timeTable(columns).join('\n')}\n`);
  if (faults.length === 0) print('All outputs are as expected; no pod and no secret of the jobs is left.');
  return faults;
}

/** The demo where no job can run: the hook says so. */
async function showLimitation(bed: DemoBed, why: string): Promise<string[]> {
  const { faults } = await show(bed, 'volume', 'A pod that cannot start', why, jobWithoutMounts);
  print('\nNOT SHOWN: a whole job. No job can run here; what to do about it stands above.');
  return faults;
}

async function show(
  bed: DemoBed,
  mode: Mode,
  title: string,
  about: string,
  steps: readonly DemoStep[],
): Promise<JobReport> {
  print(`\n${style.bold(title)}: ${about}\n`);
  const runner = await bed.runner(mode);
  try {
    const { times, faults } = await runJob(runner, steps, print, style);
    return { times, faults: faults.map((fault) => `${title}: ${fault}`) };
  } finally {
    await runner.close();
  }
}

// Until everything was as expected; also if Node ended early, with nothing left to wait for.
process.exitCode = 1;
main().catch((error: unknown) => {
  process.stderr.write(`demo: ${error instanceof Error ? error.message : String(error)}\n`);
});

/**
 * `npm run demo`: a whole job on the local engine, shown as GitHub's log would show it, with its connection cut in the middle
 * of a step, and mistakes that the hook explains. `npm run demo -- --cluster` shows the same on a real cluster.
 * Exit code 0 only if every output was as expected and nothing was left behind.
 */
import { parseArgs } from 'node:util';
import { howToAllowNamespaces } from '../engine/allow-namespaces.js';
import type { Mode } from '../runner/arc.js';
import { clusterBed, engineBed, type DemoBed, type OpenOptions } from './beds.js';
import { COLOURED, PLAIN } from './github-log.js';
import { withIdentity } from './identity.js';
import { runJob, type JobReport } from './job.js';
import { MISTAKES } from './mistakes.js';
import { wholeJob, type DemoStep } from './steps.js';
import { timeTable, type Column } from './times.js';
import { printedHelp } from '../usage.js';
import { wrapped } from './wrap.js';

const ABOUT: Readonly<Record<Mode, string>> = {
  volume: 'the work folder is a volume that runner and job share',
  novolume: 'runner and job share nothing, files travel over exec',
};
const MODES: Readonly<Record<string, readonly Mode[]>> = {
  novolume: ['novolume'],
  volume: ['volume'],
  both: ['volume', 'novolume'],
};

/** Runs the demo where this machine does not let it: in a container that may create namespaces. */
const IN_DOCKER = [
  'docker run --rm --privileged -v "$PWD:/src:ro" node:22 sh -c \\',
  "  'cp -r /src /demo && cd /demo && npm ci && npm run demo'",
];

const colours = process.stdout.isTTY && process.env['NO_COLOR'] === undefined;
const style = colours ? COLOURED : PLAIN;
const print = (text: string) => {
  for (const line of text.split('\n').flatMap((each) => wrapped(each))) console.log(line);
};

const USAGE = `npm run demo -- [--mode novolume|volume|both] [--cluster]

  --mode     whether runner and job share the work folder (volume) or nothing (novolume, the default)
  --cluster  on a real cluster instead of the local engine; creates one if there is none`;

async function main(): Promise<void> {
  if (printedHelp(USAGE)) {
    process.exitCode = 0;
    return;
  }
  const { values } = parseArgs({
    options: { cluster: { type: 'boolean', default: false }, mode: { type: 'string', default: 'novolume' } },
  });
  const modes = MODES[values.mode];
  if (modes === undefined) throw new Error(`--mode ${values.mode}: use novolume, volume or both`);
  const bed = values.cluster ? await clusterBed() : await engineBed();
  print(`Jobs as GitHub's runner runs them through the hook, on ${bed.about}.`);
  const columns = bed.limitation === undefined ? await showJobs(bed, modes) : [];
  const mistakes = await showMistakes(bed, modes[0] ?? 'novolume');
  const faults = [...columns.flatMap((column) => column.faults), ...mistakes];
  print('');
  if (columns.length > 0) print(`${timeTable(columns).join('\n')}\n`);
  if (bed.limitation !== undefined) showLimitation(bed.limitation);
  for (const fault of faults) print(style.red(`NOT AS EXPECTED: ${fault}`));
  if (faults.length > 0) return;
  print(style.green('All outputs are as expected; no pod and no secret of the jobs is left.'));
  process.exitCode = 0;
}

async function showJobs(bed: DemoBed, modes: readonly Mode[]): Promise<(Column & JobReport)[]> {
  const columns: (Column & JobReport)[] = [];
  for (const mode of modes) {
    const steps = wholeJob(bed.surroundings, mode);
    const title = `A whole job in ${mode} mode`;
    const report = await show(bed, mode, title, ABOUT[mode], steps, { podPatch: withIdentity });
    columns.push({ title: mode, ...report });
  }
  return columns;
}

/** Mistakes that the hook explains; where no pod can run, those that it finds before. Gives what was not as expected. */
async function showMistakes(bed: DemoBed, mode: Mode): Promise<string[]> {
  const faults: string[] = [];
  for (const { title, about, needsPod, env, files, steps } of MISTAKES) {
    if (needsPod && bed.limitation !== undefined) continue;
    faults.push(...(await show(bed, mode, title, about, steps, { env, files })).faults);
  }
  return faults;
}

function showLimitation(why: string): void {
  print(`NOT SHOWN: a whole job, as containers cannot run here (${why}).`);
  print(`To see it, ${howToAllowNamespaces()}, or use docker:\n`);
  // To be copied as it is.
  for (const line of IN_DOCKER) console.log(`    ${line}`);
  print('');
}

interface Given extends OpenOptions {
  /** Files on the runner, by their paths. */
  files?: Readonly<Record<string, string>>;
}

async function show(
  bed: DemoBed,
  mode: Mode,
  title: string,
  about: string,
  steps: readonly DemoStep[],
  { files = {}, ...options }: Given,
): Promise<JobReport> {
  print(`\n${style.bold(title)}: ${about}\n`);
  const open = await bed.open(mode, options);
  try {
    for (const [path, text] of Object.entries(files)) {
      await open.runner.writeFile(path, text);
      for (const line of text.trimEnd().split('\n')) print(style.dim(`    ${line}`));
    }
    const { times, faults } = await runJob(open, steps, print, style);
    return { times, faults: faults.map((fault) => `${title}: ${fault}`) };
  } finally {
    for (const path of Object.keys(files)) await open.runner.remove(path.replace(/\/[^/]*$/, ''));
    await open.close();
  }
}

// Until everything was as expected; also if Node ended early, with nothing left to wait for.
process.exitCode = 1;
main().catch((error: unknown) => {
  process.stderr.write(`demo: ${error instanceof Error ? error.message : String(error)}\n`);
});

import { readFile } from 'node:fs/promises';
import type { HookResult } from '../runner/runner.js';
import type { OpenRunner } from './beds.js';
import { exitCodeLine, githubLog, PLAIN, type Style } from './github-log.js';
import { ACTION_FILE, ACTION_PATH, type DemoStep, type Sight } from './steps.js';

export interface JobReport {
  /** Name of each step and its time, in the order of the job. */
  times: { name: string; ms: number }[];
  /** What is not as it should be, in words. */
  faults: string[];
}

/** Runs a job on a runner and prints its log as GitHub would show it. */
export async function runJob(
  open: OpenRunner,
  steps: readonly DemoStep[],
  print: (line: string) => void,
  style: Style,
): Promise<JobReport> {
  const { runner } = open;
  await runner.startJob();
  const action = await readFile(new URL(`action/${ACTION_FILE}`, import.meta.url));
  await runner.writeFile(`${runner.folders.actions}/${ACTION_PATH}/${ACTION_FILE}`, action);

  const report: JobReport = { times: [], faults: [] };
  let failed = false;
  for (const step of steps) {
    if (failed && step.call.kind !== 'cleanupJob') continue;
    if (step.cutOutput !== undefined) open.cuts?.begin();
    const result = await runner.perform(step.call);
    const sights = await sightsOf(open, step, result);
    const faults = [...faultsOf(step, result), ...sights.flatMap(({ fault }) => fault ?? [])];
    report.times.push({ name: step.name, ms: result.durationMs });
    report.faults.push(...faults.map((fault) => `${step.name}: ${fault}`));
    print(heading(step, result, faults.length === 0, style));
    for (const line of scriptOf(step)) print(style.dim(`    $ ${line}`));
    for (const line of shownLog(step, result, style)) print(`    ${line}`);
    for (const { line, fault } of sights)
      print(`    ${(fault === undefined ? style.green : style.red)(`→ ${line}`)}`);
    failed ||= result.exitCode !== 0 && step.continueOnError !== true;
  }
  report.faults.push(...(await leftovers(open)));
  return report;
}

function heading(
  { name, exitCode }: DemoStep,
  result: HookResult,
  isAsExpected: boolean,
  style: Style,
): string {
  const time = style.dim(`${(result.durationMs / 1000).toFixed(1)} s`);
  if (!isAsExpected) return `${style.red('✗')} ${style.bold(name)} ${time} ${style.red('(not expected)')}`;
  if (exitCode === 0) return `${style.green('✓')} ${style.bold(name)} ${time}`;
  return `${style.yellow('✗')} ${style.bold(name)} ${time} ${style.yellow('(expected)')}`;
}

function scriptOf({ call }: DemoStep): string[] {
  return call.kind === 'run' ? call.step.run.split('\n') : [];
}

function logOf(result: HookResult, style: Style): string[] {
  return [...githubLog(result.output.toString('utf8'), style), ...exitCodeLine(result.exitCode, style)];
}

/** Of a long log the ends. */
function shownLog({ cutOutput }: DemoStep, result: HookResult, style: Style): string[] {
  const lines = logOf(result, style);
  if (cutOutput === undefined || lines.length <= 3) return lines;
  const between = style.dim(`… ${(lines.length - 2).toLocaleString('en')} lines …`);
  return [lines[0] ?? '', between, lines.at(-1) ?? ''];
}

async function sightsOf({ runner, cuts }: OpenRunner, step: DemoStep, result: HookResult): Promise<Sight[]> {
  const seen = step.look === undefined ? [] : [step.look((await runner.objects()).pods)];
  return step.cutOutput === undefined
    ? seen
    : [...seen, cutSight(step.cutOutput, result.stdout, cuts?.count())];
}

/** Compares what came over a connection that was cut with what was printed. */
export function cutSight(printed: string, arrived: Buffer, cuts: number | undefined): Sight {
  const expected = Buffer.from(printed);
  const [whole, came] = [expected, arrived].map(({ length }) => length.toLocaleString('en'));
  const bytes = `${came ?? ''} of ${whole ?? ''} bytes arrived`;
  if (!arrived.equals(expected))
    return { line: `${bytes}, and not the same ones.`, fault: `${bytes}, and not the same ones` };
  if (cuts === undefined) return { line: `${bytes}. NOT SHOWN on this cluster: a cut connection.` };
  return {
    line: `The connection was cut ${cuts} times. ${bytes}: 0 bytes lost.`,
    ...(cuts < 1 && { fault: 'the connection was not cut' }),
  };
}

/** Everything about a step that is not as it must be. */
export function faultsOf({ exitCode, log, check }: DemoStep, result: HookResult): string[] {
  const faults: string[] = [];
  if (result.exitCode !== exitCode)
    faults.push(`exit code ${result.exitCode ?? 'none'} in place of ${exitCode}`);
  const seen = logOf(result, PLAIN);
  if (log !== undefined && seen.join('\n') !== log.join('\n'))
    faults.push(`the log is ${JSON.stringify(seen)} in place of ${JSON.stringify(log)}`);
  const fault = check?.(result);
  return fault === undefined ? faults : [...faults, fault];
}

async function leftovers({ runner }: OpenRunner): Promise<string[]> {
  const { pods, secrets } = await runner.objects();
  return [...pods, ...secrets].map(
    ({ kind, metadata }) => `left behind: ${kind ?? ''} ${metadata?.name ?? ''}`,
  );
}

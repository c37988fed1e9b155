import { readFile } from 'node:fs/promises';
import type { Pod, Secret } from '../runner/kubernetes-types.js';
import type { HookResult, Runner } from '../runner/runner.js';
import { exitCodeLine, githubLog, PLAIN, type Style } from './github-log.js';
import { ACTION_FILE, ACTION_PATH, type DemoStep } from './steps.js';

export interface JobReport {
  /** Name of each step and its time, in the order of the job. */
  times: { name: string; ms: number }[];
  /** What is not as it should be, in words. */
  faults: string[];
}

/** A runner that knows what the hook has made and not removed. */
export type DemoRunner = Runner & { objects(): Promise<{ pods: Pod[]; secrets: Secret[] }> };

/** Runs a job on a runner and prints its log as GitHub would show it. */
export async function runJob(
  runner: DemoRunner,
  steps: readonly DemoStep[],
  print: (line: string) => void,
  style: Style,
): Promise<JobReport> {
  await runner.startJob();
  const action = await readFile(new URL(`action/${ACTION_FILE}`, import.meta.url));
  await runner.writeFile(`${runner.folders.actions}/${ACTION_PATH}/${ACTION_FILE}`, action);

  const report: JobReport = { times: [], faults: [] };
  let failed = false;
  for (const step of steps) {
    if (failed && step.call.kind !== 'cleanupJob') continue;
    const result = await runner.perform(step.call);
    report.times.push({ name: step.name, ms: result.durationMs });
    report.faults.push(...faultsOf(step, result).map((fault) => `${step.name}: ${fault}`));
    const sign = result.exitCode === 0 ? '✓' : style.red('✗');
    print(`${sign} ${style.bold(step.name)} ${style.dim(`${(result.durationMs / 1000).toFixed(1)} s`)}`);
    for (const line of scriptOf(step)) print(style.dim(`    $ ${line}`));
    for (const line of logOf(result, style)) print(`    ${line}`);
    failed ||= result.exitCode !== 0 && step.continueOnError !== true;
  }
  report.faults.push(...(await leftovers(runner)));
  return report;
}

function scriptOf({ call }: DemoStep): string[] {
  return call.kind === 'run' ? call.step.run.split('\n') : [];
}

function logOf(result: HookResult, style: Style): string[] {
  return [...githubLog(result.output.toString('utf8'), style), ...exitCodeLine(result.exitCode, style)];
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

async function leftovers(runner: DemoRunner): Promise<string[]> {
  const { pods, secrets } = await runner.objects();
  return [...pods, ...secrets].map(
    ({ kind, metadata }) => `left behind: ${kind ?? ''} ${metadata?.name ?? ''}`,
  );
}

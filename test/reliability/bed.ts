import { strict as assert } from 'node:assert';
import { fileURLToPath } from 'node:url';
import { run as program } from '../cluster/run.js';
import { podRunner, log, leftovers, type Mode } from '../e2e/support.js';
import type { PodRunner, PodRunnerOptions } from '../runner/pod-runner.js';
import type { CallOptions, HookResult, JobContainers } from '../runner/runner.js';

export const IMAGE = 'debian:12';
const JOB: JobContainers = { container: { image: IMAGE } };
/** A call of the hook that lasts longer than this hangs. */
const HANG_MS = 240_000;

const TEMPLATE = '/home/runner/template.yaml';

export interface BedOptions extends Partial<PodRunnerOptions> {
  /** A pod template, in YAML. */
  template?: string;
}

/** A runner pod for as long as `use` takes. */
export async function withRunner<T>(
  mode: Mode,
  { template, env, ...options }: BedOptions,
  use: (runner: PodRunner) => Promise<T>,
): Promise<T> {
  const templated = template === undefined ? {} : { ACTIONS_RUNNER_CONTAINER_HOOK_TEMPLATE: TEMPLATE };
  const runner = await podRunner(mode, { ...options, env: { ...templated, ...env } });
  try {
    if (template !== undefined) await runner.writeFile(TEMPLATE, template);
    return await use(runner);
  } finally {
    await runner.close();
  }
}

/** A runner whose job is prepared; afterwards nothing of the job may be left. */
export function withJob<T>(
  mode: Mode,
  options: BedOptions,
  use: (runner: PodRunner) => Promise<T>,
  job = JOB,
): Promise<T> {
  return withRunner(mode, options, async (runner) => {
    ended(await runner.prepareJob(job, { signal: AbortSignal.timeout(HANG_MS) }), 0);
    const result = await use(runner);
    ended(await runner.cleanupJob({ signal: AbortSignal.timeout(HANG_MS) }), 0);
    assert.deepEqual(await leftovers(runner), [], 'objects that cleanup_job has left');
    return result;
  });
}

interface StepOptions extends CallOptions {
  env?: Readonly<Record<string, string>>;
  /** A step that lasts longer hangs. */
  withinMs?: number;
}

/** Runs a step, which has to come to its end in time. */
export async function step(runner: PodRunner, run: string, options: StepOptions = {}): Promise<HookResult> {
  const { env = {}, withinMs = HANG_MS, signal, ...call } = options;
  const hangs = AbortSignal.timeout(withinMs);
  const either = signal === undefined ? hangs : AbortSignal.any([signal, hangs]);
  const result = await runner.run({ run, env }, { ...call, signal: either });
  assert.ok(!hangs.aborted, `a step hangs: ${log(result).slice(-2000)}`);
  return result;
}

/** @throws AssertionError with the log unless the hook ended with this exit code */
export function ended(result: HookResult, exitCode: number): HookResult {
  assert.equal(result.exitCode, exitCode, log(result).slice(-4000));
  return result;
}

/** Name of the one pod that the hook has made. */
export async function jobPodOf(runner: PodRunner): Promise<string> {
  const { pods } = await runner.objects();
  assert.equal(pods.length, 1, 'pods of the job');
  return pods[0]?.metadata?.name ?? '';
}

/** Runs lines of sh in the job container with kubectl's rights, not as a step. */
export async function inJob(runner: PodRunner, pod: string, script: string): Promise<string> {
  return runner.kubectl('exec', pod, '-c', 'job', '--', 'sh', '-c', script);
}

const RESTART = fileURLToPath(new URL('../cluster/restart', import.meta.url));

/** Of the cluster built from packages: ends one of its daemons by a signal, and starts it anew after so many seconds. */
export function restartDaemon(name: string, signal: string, seconds: string): Promise<unknown> {
  return program(RESTART, [name, signal, seconds], process.env);
}

import { readSync } from 'node:fs';
import { type HookInput, HookError, parseInput, readInput } from '@podhooks/hooklib';
import { explain } from './cluster/api-error.js';
import { connectCluster } from './cluster/connect.js';
import type { CommandContext } from './commands/context.js';
import type { Outcome } from './commands/record-timings.js';
import { readJobState, type RunningJob, secretsOwner, settingsOfState } from './commands/job-state.js';
import { runScriptStep } from './commands/run-script-step.js';
import { HOOK_FAILED, runToEnd } from './exit.js';
import { failureText, stoppedText } from './failure.js';
import { RunnerLog } from './log.js';
import { Phases } from './phases.js';
import { VERSION } from './version.js';
import { readSettings, readSettingsWithFile, type Settings } from './settings/read.js';

const controller = new AbortController();
/** A runner that has closed the pipe does not want the step any more. */
const log = new RunnerLog(() => controller.abort());

async function main(): Promise<number> {
  if (process.argv[2] !== undefined) return printUsage(process.argv[2]);
  const input = parseInput(await readInput(standardInput()));
  // The runner cancels by SIGINT, then SIGTERM, then SIGKILL; the second must not cut short what the first began.
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => stop(input));

  const job = preparedJob(input);
  const settings = await settingsFor(input, job);
  log.debugging = settings.debug === true;
  const { cluster } = await connectCluster(settings, job?.certificate, (error, delayMs) =>
    log.debug(`${error.message}; again in ${Math.round(delayMs)} ms`),
  );
  const phases = new Phases();
  const context: CommandContext = { settings, cluster, job, cancelled: controller.signal, out: log, phases };
  try {
    const exitCode = await run(input, context);
    await record(input, context, { exitCode });
    return exitCode;
  } catch (error) {
    const failure = reportable(error, input, cluster.server);
    const code = failure instanceof HookError ? failure.code : 'UNEXPECTED';
    await record(input, context, { exitCode: HOOK_FAILED, error: code });
    throw failure;
  }
}

async function run(input: HookInput, context: CommandContext): Promise<number> {
  switch (input.command) {
    case 'prepare_job':
      // Not at the top: a step, which runs far more often, should not load what only this needs.
      return (await import('./commands/prepare-job.js')).prepareJob(input, context);
    case 'run_script_step':
      return runScriptStep(input, context);
    case 'run_container_step':
      return (await import('./commands/run-container-step.js')).runContainerStep(input, context);
    case 'cleanup_job':
      return (await import('./commands/cleanup-job.js')).cleanupJob(input, context);
  }
}

function reportable(error: unknown, { command }: HookInput, server: string): unknown {
  return controller.signal.aborted && !(error instanceof HookError)
    ? new HookError('CANCELLED', `${command} was cancelled.`, { cause: error })
    : explain(error, server);
}

/** For those who want it; whatever becomes of it is no matter of the step's. */
async function record(
  { command }: HookInput,
  { settings, phases, out }: CommandContext,
  outcome: Outcome,
): Promise<void> {
  if (settings.timingsFile === undefined) return;
  try {
    const { appendTimings, timingsLine } = await import('./commands/record-timings.js');
    appendTimings(settings.timingsFile, timingsLine(command, outcome, phases, settings));
  } catch (error) {
    out.debug(`timings were not recorded: ${String(error)}`);
  }
}

/** The runner gives no arguments: a person does. */
function printUsage(argument: string): number {
  const isVersion = argument === '--version';
  log.line(
    isVersion
      ? VERSION
      : `podhooks ${VERSION}: GitHub's runner starts this file; cli.js beside it is for people.`,
  );
  return isVersion || argument === '--help' ? 0 : HOOK_FAILED;
}

/** Told once: the runner sends more than one signal, and none to a hook whose output it does not read any more. */
function stop({ command }: HookInput): void {
  const text = controller.signal.aborted ? undefined : stoppedText(command, performance.now());
  if (text !== undefined) log.line(text);
  controller.abort();
}

/** What the state says, once it has proved to be this job's. cleanup_job removes by label: it needs no state, nor a good one. */
function preparedJob({ command, state }: HookInput): RunningJob | undefined {
  if (state === null || command === 'prepare_job' || command === 'cleanup_job') return undefined;
  return readJobState(state, secretsOwner(readSettings(process.env)));
}

/** Where a job begins, its settings file is read; what comes after it is given the same settings by the job's state. */
async function settingsFor({ command, state }: HookInput, job: RunningJob | undefined): Promise<Settings> {
  if (command === 'prepare_job' || command === 'run_container_step') return readSettingsWithFile(process.env);
  const values =
    command === 'cleanup_job'
      ? settingsOfState(state, secretsOwner(readSettings(process.env)))
      : (job?.settings ?? {});
  return readSettings(process.env, { values, faults: [] });
}

/** Read at once: the stream of `process.stdin` costs 3 ms of every step, and there is nothing to do before. */
function* standardInput(): Generator<Buffer> {
  const buffer = Buffer.alloc(64 * 1024);
  for (let length = readChunk(buffer); length > 0; length = readChunk(buffer))
    yield Buffer.from(buffer.subarray(0, length));
}

/** A pipe that its maker has set to non-blocking answers EAGAIN until there is something. */
function readChunk(buffer: Buffer): number {
  for (;;)
    try {
      return readSync(0, buffer);
    } catch (error) {
      if (!(error instanceof Error && 'code' in error && error.code === 'EAGAIN')) throw error;
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 5);
    }
}

/** The one place that tells of a failure, once. */
function tell(error: unknown): void {
  const { title, text } = failureText(error);
  log.error(text, title);
  if (error instanceof HookError && error.cause instanceof Error)
    log.debug(error.cause.stack ?? error.cause.message);
}

runToEnd(
  async () => {
    const code = await main();
    // What nobody has read is no success.
    return code === 0 && log.closed ? HOOK_FAILED : code;
  },
  { tell, flushed: () => log.end() },
);

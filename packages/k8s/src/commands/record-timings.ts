import { closeSync, constants, openSync, writeFileSync } from 'node:fs';
import type { HookCommand } from '@podhooks/hooklib';
import type { RunnerPath } from '../model/paths.js';
import type { Phases } from '../phases.js';
import type { Settings } from '../settings/read.js';

/** How a command has ended. */
export interface Outcome {
  /** Exit code of the hook, which is the step's. */
  exitCode: number;
  /** The code of a failure of the hook. */
  error?: string;
}

/** One line of the file for a command. Fields are only ever added: docs/timings.md promises them. */
export function timingsLine(
  command: HookCommand,
  { exitCode, error }: Outcome,
  phases: Phases,
  { podName, placeholders }: Pick<Settings, 'podName' | 'placeholders'>,
  now = new Date(),
): string {
  const whole = (ms: number): number => Math.round(ms);
  const line = {
    time: now.toISOString(),
    command,
    exitCode,
    error,
    durationMs: whole(phases.elapsedMs),
    phases: Object.fromEntries(phases.list().map(([phase, atMs]) => [phase, whole(atMs)])),
    runner: podName,
    repository: placeholders['GITHUB_REPOSITORY'],
    workflow: placeholders['GITHUB_WORKFLOW'],
    job: placeholders['GITHUB_JOB'],
    runId: placeholders['GITHUB_RUN_ID'],
    runAttempt: placeholders['GITHUB_RUN_ATTEMPT'],
  };
  return `${JSON.stringify(line)}\n`;
}

const { O_APPEND, O_CREAT, O_NOFOLLOW, O_NONBLOCK, O_WRONLY } = constants;

/**
 * Adds to the file that the settings name. In one write: several runners may share it. A pipe that nobody reads must not hold
 * the step, and a link that a step may have put there is not followed.
 * @throws Error of the kernel.
 */
export function appendTimings(file: RunnerPath, line: string): void {
  const descriptor = openSync(file, O_WRONLY | O_APPEND | O_CREAT | O_NOFOLLOW | O_NONBLOCK, 0o644);
  try {
    writeFileSync(descriptor, line);
  } finally {
    closeSync(descriptor);
  }
}

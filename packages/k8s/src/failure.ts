import { type HookCommand, HookError, type HookErrorCode } from '@podhooks/hooklib';

/**
 * Whose a failure is, for people and for tools that run jobs again: of the cluster, the runner and their settings, or of what
 * the workflow asks for. The words are an interface: docs/troubleshooting.md promises them.
 */
export type FailureKind = 'infrastructure' | 'workflow' | 'cancelled';

const KINDS: Readonly<Record<HookErrorCode, FailureKind>> = {
  INPUT_INVALID: 'workflow',
  SETTINGS_INVALID: 'infrastructure',
  RESPONSE_NOT_WRITTEN: 'infrastructure',
  TEMPLATE_INVALID: 'infrastructure',
  API_UNREACHABLE: 'infrastructure',
  API_MALFORMED: 'infrastructure',
  API_UNAUTHORIZED: 'infrastructure',
  API_FORBIDDEN: 'infrastructure',
  API_REFUSED: 'infrastructure',
  NOT_FOUND: 'infrastructure',
  POD_FAILED: 'infrastructure',
  POD_TIMEOUT: 'infrastructure',
  STEP_LOST: 'infrastructure',
  STEP_INVALID: 'workflow',
  BUILD_FAILED: 'workflow',
  FILES_LOST: 'infrastructure',
  CANCELLED: 'cancelled',
  UNSUPPORTED: 'workflow',
};

/** What is told of a failure: as the title of an annotation, which the job's log does not show, and as its text, which it does. */
export interface FailureText {
  title: string;
  text: string;
}

export function failureText(error: unknown): FailureText {
  if (error instanceof HookError)
    return textOf(error.code, KINDS[error.code], [error.message, error.hint ?? ''].join('\n').trim());
  const what = error instanceof Error ? (error.stack ?? error.message) : String(error);
  return { ...textOf('UNEXPECTED', 'infrastructure', what), title: 'podhooks: unexpected failure' };
}

/** Where the page explains a code. */
export const pageOf = (code: string): string => `docs/troubleshooting.md#${code.toLowerCase()}`;

const textOf = (code: string, kind: FailureKind, text: string): FailureText => ({
  title: `podhooks: ${code}`,
  text: `[${code}] ${text}\npodhooks: kind=${kind} code=${code} help=${pageOf(code)}`,
});

/**
 * One line for a step that the runner ends: its own log says only that "the custom container implementation failed".
 * Undefined for the other commands, which fail with an error that says it.
 */
export function stoppedText(command: HookCommand, uptimeMs: number): string | undefined {
  if (command !== 'run_script_step' && command !== 'run_container_step') return undefined;
  return `podhooks: stopped by the runner (cancelled or timed out) after ${Math.round(uptimeMs / 1000)} s`;
}

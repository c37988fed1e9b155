import * as core from '@actions/core';
import type { Output } from './context.js';
import { inertLine, inertLines } from './inert.js';

/**
 * The runner's log: standard output, in which the runner looks for `::commands::` at the beginnings of lines. What a step
 * prints is passed on as it is; what the hook prints itself holds no command but its own.
 */
export class RunnerLog implements Output {
  /** Words for the debug log that came while a line of the step was open. */
  private waiting: string[] = [];
  private lineOpen = false;

  /** Making `process.stdout` costs 4 ms, which a step that says nothing should not pay. */
  private used = false;

  /** Whether the runner has closed the pipe: nobody reads any more. */
  closed = false;

  /** Whether the debug log is shown at all (`RUNNER_DEBUG`). */
  debugging = false;

  /** @param onClosed Called once, when the runner is found to have closed the pipe. */
  constructor(private readonly onClosed?: () => void) {}

  /** The bytes may be overwritten when it returns, or when its promise is settled. */
  write(bytes: Buffer): void | Promise<void> {
    if (!this.isOpen()) return;
    process.stdout.write(bytes);
    this.lineOpen = bytes[bytes.length - 1] !== 0x0a;
    this.flush();
    return process.stdout.writableLength === 0 ? undefined : this.end();
  }

  /**
   * Resolves when the runner has taken everything. Needed before `process.exit`, which drops what a full pipe has not
   * taken yet: the end of a step's output, for a runner that is slow to read.
   */
  end(): Promise<void> {
    if (!this.used || this.closed) return Promise.resolve();
    return new Promise((resolve) => process.stdout.write('', () => resolve()));
  }

  line(text: string): void {
    if (!this.isOpen()) return;
    this.endLine();
    core.info(inertLine(text));
  }

  group(title: string, lines: readonly string[]): void {
    if (!this.isOpen()) return;
    this.endLine();
    core.startGroup(inertLine(title));
    for (const text of lines) core.info(inertLine(text));
    core.endGroup();
  }

  warning(text: string): void {
    if (!this.isOpen()) return;
    this.endLine();
    core.warning(inertLines(text));
  }

  /** A failure of ours, as an annotation. */
  error(text: string, title: string): void {
    if (!this.isOpen()) return;
    this.endLine();
    core.error(inertLines(text), { title });
  }

  debug(text: string): void {
    if (!this.debugging) return;
    this.waiting.push(text);
    this.flush();
  }

  /** Whether there is somebody to write for. Without a listener, a closed pipe would end the process amid the step. */
  private isOpen(): boolean {
    if (!this.used && this.onClosed !== undefined) process.stdout.on('error', () => this.close());
    this.used = true;
    return !this.closed;
  }

  private close(): void {
    if (this.closed) return;
    this.closed = true;
    this.onClosed?.();
  }

  /** Behind half a line of a step the runner would not see a command. */
  private endLine(): void {
    if (this.lineOpen) process.stdout.write('\n');
    this.lineOpen = false;
  }

  private flush(): void {
    if (this.lineOpen || this.waiting.length === 0) return;
    if (this.isOpen()) for (const text of this.waiting) core.debug(inertLines(text));
    this.waiting = [];
  }
}

import * as core from '@actions/core';
import type { Output } from './commands/context.js';

/** The runner's log: standard output, in which the runner looks for `::commands::` at the beginnings of lines. */
export class RunnerLog implements Output {
  /** Words for the debug log that came while a line of the step was open. */
  private waiting: string[] = [];
  private lineOpen = false;

  /** Making `process.stdout` costs 4 ms, which a step that says nothing should not pay. */
  private used = false;

  /** Whether the debug log is shown at all (`RUNNER_DEBUG`). */
  debugging = false;

  /** The bytes may be overwritten when it returns, or when its promise is settled. */
  write(bytes: Buffer): void | Promise<void> {
    this.used = true;
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
    if (!this.used) return Promise.resolve();
    return new Promise((resolve) => process.stdout.write('', () => resolve()));
  }

  line(text: string): void {
    this.used = true;
    core.info(text);
  }

  warning(text: string): void {
    this.endLine();
    core.warning(text);
  }

  /** A failure of ours, as an annotation. */
  error(text: string, title: string): void {
    this.endLine();
    core.error(text, { title });
  }

  debug(text: string): void {
    if (!this.debugging) return;
    this.waiting.push(text);
    this.flush();
  }

  /** Behind half a line of a step the runner would not see a command. */
  private endLine(): void {
    this.used = true;
    if (this.lineOpen) process.stdout.write('\n');
    this.lineOpen = false;
  }

  private flush(): void {
    if (this.lineOpen) return;
    for (const text of this.waiting) {
      this.used = true;
      core.debug(text);
    }
    this.waiting = [];
  }
}

import type { Cluster } from './cluster/cluster.js';
import type { Settings } from './settings/read.js';

/** What everything that runs for a command is given. */
export interface Context {
  settings: Settings;
  cluster: Cluster;
  /** Aborted by the first signal from the runner: the job or the step was cancelled. */
  cancelled: AbortSignal;
  /** The runner's log. */
  out: Output;
}

export interface Output {
  /** Bytes of a step as they are; a promise while the log cannot take more. After it, or at once, they are overwritten. */
  write(bytes: Buffer): void | Promise<void>;
  /** One line of ours; for prepare_job only, since a step's log is the user's. */
  line(text: string): void;
  /** Lines that are none of ours, under a title that unfolds them. */
  group(title: string, lines: readonly string[]): void;
  debug(text: string): void;
  warning(text: string): void;
}

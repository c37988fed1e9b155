import type { Cluster } from '../../src/cluster/cluster.js';
import type { CommandContext } from '../../src/commands/context.js';
import type { Output } from '../../src/context.js';
import type { RunningJob } from '../../src/commands/job-state.js';
import { Phases } from '../../src/phases.js';
import { readSettings } from '../../src/settings/read.js';

/** A runner's log that remembers. */
export class MemoryLog implements Output {
  private readonly chunks: Buffer[] = [];
  readonly lines: string[] = [];
  readonly debugLines: string[] = [];
  readonly warnings: string[] = [];
  readonly groups: { title: string; lines: readonly string[] }[] = [];

  write(bytes: Buffer): void {
    this.chunks.push(Buffer.from(bytes));
  }

  line(text: string): void {
    this.lines.push(text);
  }

  group(title: string, lines: readonly string[]): void {
    this.groups.push({ title, lines });
  }

  debug(text: string): void {
    this.debugLines.push(text);
  }

  warning(text: string): void {
    this.warnings.push(text);
  }

  /** What steps have printed. */
  get output(): string {
    return Buffer.concat(this.chunks).toString();
  }
}

/** What a command is given, for the runner pod `runner-1`. */
export function commandContext<C extends Cluster>(
  cluster: C,
  environment: Record<string, string> = {},
  job?: RunningJob,
) {
  const out = new MemoryLog();
  const controller = new AbortController();
  const settings = readSettings({ ACTIONS_RUNNER_POD_NAME: 'runner-1', ...environment });
  const phases = new Phases();
  const context: CommandContext = { settings, cluster, job, cancelled: controller.signal, out, phases };
  return { context, cluster, out, cancel: () => controller.abort() };
}

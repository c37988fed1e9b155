import { monotonicMs } from './deadline.js';

/** What a command gets to, in the order in which a plain job does. */
export type Phase = 'created' | 'scheduled' | 'helper' | 'started' | 'files' | 'ready';

/** When a command got where, in milliseconds from its beginning. */
export class Phases {
  private readonly began = monotonicMs();
  private readonly reached = new Map<Phase, number>();

  get elapsedMs(): number {
    return monotonicMs() - this.began;
  }

  mark(phase: Phase, atMs = this.elapsedMs): void {
    this.reached.set(phase, atMs);
  }

  at(phase: Phase): number | undefined {
    return this.reached.get(phase);
  }

  /** By time: files are copied while images are pulled. */
  list(): [phase: Phase, atMs: number][] {
    return [...this.reached].sort(([, a], [, b]) => a - b);
  }
}

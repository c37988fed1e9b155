import type { HookError } from '@podhooks/hooklib';

/** Waits that have not ended, and what is to be said of each when it takes too long. */
export class Pending {
  private readonly late = new Set<() => HookError>();

  async add<T>(wait: Promise<T>, late: () => HookError): Promise<T> {
    this.late.add(late);
    try {
      return await wait;
    } finally {
      this.late.delete(late);
    }
  }

  /** What to say when the deadline has passed: of the wait that began first. */
  tooLate(otherwise: () => HookError): HookError {
    const [first = otherwise] = this.late;
    return first();
  }
}

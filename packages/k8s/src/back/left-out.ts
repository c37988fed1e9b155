import { type ByteName, shown } from '../agent/byte-name.js';

const EXAMPLES = 5;

/** What was not copied, and why: each reason with some names and the number of all. */
export class LeftOut {
  private readonly reasons = new Map<string, { names: string[]; count: number }>();

  add(reason: string, name: ByteName, count = 1): void {
    const known = this.reasons.get(reason);
    const entry = known ?? { names: [], count: 0 };
    entry.count += count;
    if (entry.names.length < EXAMPLES) entry.names.push(shown(name).slice(0, 300));
    if (known === undefined) this.reasons.set(reason, entry);
  }

  /** One line a reason. */
  get lines(): string[] {
    return [...this.reasons].map(([reason, { names, count }]) => {
      const more = count > names.length ? ` and ${count - names.length} more` : '';
      return `${names.join(', ')}${more}: ${reason}`;
    });
  }
}

import type { Difference } from './difference.js';
import { knownAs } from './known.js';

export interface Compared {
  name: string;
  differences: readonly Difference[];
}

/** What is new by case, then what docs/migration.md explains, in how many cases. */
export function report(cases: readonly Compared[]): { text: string; unexplained: number } {
  const lines: string[] = [];
  const explained = new Map<string, Set<string>>();
  let unexplained = 0;
  for (const { name, differences } of cases) {
    const fresh: string[] = [];
    for (const difference of differences) {
      const row = knownAs(difference, name);
      if (row === undefined) fresh.push(`  ${line(difference)}`);
      else explained.set(row, (explained.get(row) ?? new Set()).add(name));
    }
    unexplained += fresh.length;
    if (fresh.length > 0) lines.push(name, ...fresh, '');
  }
  lines.push('Explained by docs/migration.md:');
  for (const [row, names] of explained) lines.push(`  ${row}: ${names.size} of ${cases.length} cases`);
  lines.push('', `${cases.length} cases, ${unexplained} differences without an explanation`);
  return { text: lines.join('\n'), unexplained };
}

function line({ path, ours, theirs }: Difference): string {
  const told = (value: unknown) => (value === undefined ? 'nothing' : JSON.stringify(value).slice(0, 200));
  return `${path}: ${told(ours)} here, ${told(theirs)} there`;
}

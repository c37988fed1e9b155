import type { Row } from './campaign.js';

/** What a campaign has counted. */
export interface Finding {
  name: string;
  seconds: number;
  rows: readonly Row[];
}

/** The findings as a table in Markdown; a campaign's name stands in its first row. */
export function markdownTable(findings: readonly Finding[]): string {
  const lines = findings.flatMap(({ name, seconds, rows }) =>
    rows.map(({ what, value }, index) => [index === 0 ? `\`${name}\` (${seconds} s)` : '', what, value]),
  );
  const table = [['campaign', 'what', 'counted'], ...lines];
  const widths = [0, 1, 2].map((column) => Math.max(3, ...table.map((cells) => cells[column]?.length ?? 0)));
  const [head = '', ...body] = table.map(
    (cells) => `| ${cells.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join(' | ')} |`,
  );
  return [head, `| ${widths.map((width) => '-'.repeat(width)).join(' | ')} |`, ...body].join('\n');
}

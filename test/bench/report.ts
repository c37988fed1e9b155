import { isMet, type Figure } from './figure.js';
import type { Summary } from './statistics.js';

const HEAD = ['figure', 'measured', 'reference', 'compared', 'target', ''];

/** The figures as a table in Markdown: minimum, **median**, maximum. */
export function markdownTable(figures: readonly Figure[]): string {
  const rows = [HEAD, ...figures.map(row)];
  const widths = HEAD.map((_, column) => Math.max(3, ...rows.map((cells) => cells[column]?.length ?? 0)));
  const lines = rows.map(
    (cells) => `| ${cells.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join(' | ')} |`,
  );
  const rule = `| ${widths.map((width) => '-'.repeat(width)).join(' | ')} |`;
  return [...lines.slice(0, 1), rule, ...lines.slice(1)].join('\n');
}

function row(figure: Figure): string[] {
  const { name, unit, measured, reference, compared, limit } = figure;
  const verdict = limit === undefined ? '' : isMet(figure) ? 'met' : 'MISSED';
  return [
    name,
    `${values(measured)} ${unit}`,
    reference === undefined ? '' : `${reference.name}: ${values(reference.summary)} ${unit}`,
    amount(figure, compared.value),
    limit === undefined ? '' : `≤ ${amount(figure, limit)}`,
    verdict,
  ];
}

function values({ min, median, max, runs }: Summary): string {
  return runs === 1 ? `**${short(median)}**` : `${short(min)} / **${short(median)}** / ${short(max)}`;
}

function amount({ compared, unit }: Figure, value: number): string {
  switch (compared.as) {
    case 'ratio':
      return `${value.toFixed(2)} x`;
    case 'difference':
      return `${value < 0 ? '-' : '+'}${short(Math.abs(value))} ${unit}`;
    case 'value':
      return `${short(value)} ${unit}`;
  }
}

/** Three digits at most behind which nothing can be meant. */
function short(value: number): string {
  return Number.isInteger(value) || value >= 100 ? value.toFixed(0) : value.toFixed(value >= 10 ? 1 : 2);
}

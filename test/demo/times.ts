/** Times of one column, by the name of the step. */
export interface Column {
  title: string;
  times: readonly { name: string; ms: number }[];
}

/** A table of times in milliseconds: a line for each step, a column for each mode, and the sum. */
export function timeTable(columns: readonly Column[]): string[] {
  const names = [...new Set(columns.flatMap(({ times }) => times.map(({ name }) => name)))];
  const cell = ({ times }: Column, name: string) => times.find((time) => time.name === name)?.ms;
  const rows = [
    ['', ...columns.map(({ title }) => title)],
    ...names.map((name) => [name, ...columns.map((column) => inMs(cell(column, name)))]),
    ['all steps', ...columns.map(({ times }) => inMs(times.reduce((sum, { ms }) => sum + ms, 0)))],
  ];
  const widths = rows[0]?.map((_, index) => Math.max(...rows.map((row) => row[index]?.length ?? 0))) ?? [];
  return rows.map((row) =>
    row
      .map((text, index) => (index === 0 ? text.padEnd(widths[0] ?? 0) : text.padStart(widths[index] ?? 0)))
      .join('  ')
      .trimEnd(),
  );
}

const inMs = (ms: number | undefined): string => (ms === undefined ? '-' : `${ms.toFixed(0)} ms`);

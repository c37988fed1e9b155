import type { Output } from '../context.js';
import type { Check } from './check.js';

const nothing = () => undefined;
/** For parts of the hook that would write into the log of a job. */
export const SILENT: Output = {
  write: nothing,
  group: nothing,
  line: nothing,
  warning: nothing,
  debug: nothing,
};

const MARKS: Readonly<Record<Check['status'], string>> = { ok: '√', warning: '!', failed: '×', skipped: '-' };
const COLOURS: Readonly<Record<Check['status'], number>> = { ok: 32, warning: 33, failed: 31, skipped: 90 };

export function print(text: string): void {
  process.stdout.write(text.endsWith('\n') ? text : `${text}\n`);
}

/** A line with the mark of a status, in colour on a terminal; more lines below it are indented. */
export function printMarked(status: Check['status'], text: string, below: readonly string[] = []): void {
  const isColoured = process.stdout.isTTY && process.stdout.hasColors();
  const mark = isColoured ? `\u001b[${COLOURS[status]}m${MARKS[status]}\u001b[0m` : MARKS[status];
  print([`${mark} ${text}`, ...below.map((each) => each.trimEnd().replaceAll(/^/gm, '    '))].join('\n'));
}

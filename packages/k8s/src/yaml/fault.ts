/** Where a value stands in a document: names of members and indices of elements. */
export type Path = readonly (string | number)[];

/** One thing that is wrong with, or noteworthy in, a file. */
export interface Fault {
  readonly file: string;
  /** From 1. */
  readonly line?: number;
  readonly path?: Path;
  readonly message: string;
}

/** More than these are not shown: whoever repairs that many has to run again anyway. */
const MAX_SHOWN = 50;

const PLAIN = /^[A-Za-z_$][\w$-]*$/;

/** `spec.containers[0].image`; members with other characters as `metadata.labels["a.b/c"]`. */
export function formatPath(path: Path): string {
  return path
    .map((part) => {
      if (typeof part === 'number') return `[${part}]`;
      return PLAIN.test(part) ? `.${part}` : `[${JSON.stringify(part)}]`;
    })
    .join('')
    .replace(/^\./, '');
}

/** `template.yaml:12: spec.containers[0].imagePullPolcy: unknown field`. */
export function formatFault({ file, line, path, message }: Fault): string {
  const place = line === undefined ? file : `${file}:${line}`;
  return path?.length ? `${place}: ${formatPath(path)}: ${message}` : `${place}: ${message}`;
}

/** `<begin> 2 faults:`, and a line for each of them. */
export function listFaults(begin: string, faults: readonly string[]): string {
  const shown = faults.slice(0, MAX_SHOWN);
  const rest = faults.length - shown.length;
  const count = faults.length === 1 ? 'one fault' : `${faults.length} faults`;
  return [`${begin} ${count}:`, ...shown, ...(rest > 0 ? [`... and ${rest} more`] : [])].join('\n  ');
}

import { parseArgs } from 'node:util';

export interface BenchOptions {
  /** Names of the benchmarks to run, in the order in which they are known. */
  only: readonly string[];
  /** Where the figures go as JSON, if anywhere. */
  json: string | undefined;
  /** Another hook that this one is compared with; then only this is measured, unless `only` says more. */
  against: string | undefined;
}

/** Reads `--only name` (may be repeated), `--json file` and `--against file`. @throws Error that names what is known */
export function readOptions(args: readonly string[], known: readonly string[]): BenchOptions {
  const { values } = parseArgs({
    args: [...args],
    options: {
      only: { type: 'string', multiple: true },
      json: { type: 'string' },
      against: { type: 'string' },
    },
  });
  const wanted = values.only ?? (values.against === undefined ? known : []);
  const unknown = wanted.filter((name) => !known.includes(name));
  if (unknown.length > 0)
    throw new Error(`there is no benchmark ${unknown.join(', ')}; there are ${known.join(', ')}`);
  return { only: known.filter((name) => wanted.includes(name)), json: values.json, against: values.against };
}

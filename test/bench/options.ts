import { parseArgs } from 'node:util';

export interface BenchOptions {
  /** Names of the benchmarks to run, in the order in which they are known. */
  only: readonly string[];
  /** Where the figures go as JSON, if anywhere. */
  json: string | undefined;
}

/** Reads `--only name` (may be repeated) and `--json file`. @throws Error that names what is known */
export function readOptions(args: readonly string[], known: readonly string[]): BenchOptions {
  const { values } = parseArgs({
    args: [...args],
    options: { only: { type: 'string', multiple: true }, json: { type: 'string' } },
  });
  const wanted = values.only ?? known;
  const unknown = wanted.filter((name) => !known.includes(name));
  if (unknown.length > 0)
    throw new Error(`there is no benchmark ${unknown.join(', ')}; there are ${known.join(', ')}`);
  return { only: known.filter((name) => wanted.includes(name)), json: values.json };
}

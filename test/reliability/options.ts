import { parseArgs } from 'node:util';

export interface Options {
  /** Names of campaigns, in the order in which they are known. */
  only: readonly string[];
  /** Where the figures go as JSON, if anywhere. */
  json: string | undefined;
  count: number | undefined;
  seed: number;
  small: boolean;
}

/** Reads `--only NAME` (may be repeated), `--json FILE`, `--steps N`, `--seed N`, `--small`. @throws Error that says what is wanted */
export function readOptions(args: readonly string[], known: readonly string[]): Options {
  const { values } = parseArgs({
    args: [...args],
    options: {
      only: { type: 'string', multiple: true },
      json: { type: 'string' },
      steps: { type: 'string' },
      seed: { type: 'string' },
      small: { type: 'boolean', default: false },
    },
  });
  const wanted = values.only ?? known;
  const unknown = wanted.filter((name) => !known.includes(name));
  if (unknown.length > 0)
    throw new Error(`there is no campaign ${unknown.join(', ')}; there are ${known.join(', ')}`);
  return {
    only: known.filter((name) => wanted.includes(name)),
    json: values.json,
    count: number('steps', values.steps),
    seed: number('seed', values.seed) ?? Math.floor(Math.random() * 2 ** 32),
    small: values.small,
  };
}

function number(name: string, text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const value = Number(text);
  if (!Number.isInteger(value) || value < 0) throw new Error(`--${name} wants a whole number, got ${text}`);
  return value;
}

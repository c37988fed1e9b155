import { parseArgs } from 'node:util';
import type { Mode } from '../runner/arc.js';

export interface CompareOptions {
  /** Path of the other hook's index.js. */
  upstream: string;
  mode: Mode;
  /** Names of cases, in the order in which they are known. */
  only: readonly string[];
}

export const HELP = `npm run compare -- --upstream FILE [--mode volume|novolume] [--only CASE]...

Runs payloads and templates with this hook and with FILE, the index.js of another one, in runner pods on the test
cluster, and prints how the objects differ that the two create. Exit code 1 for a difference that docs/migration.md does
not explain.

  --upstream FILE  build it outside of this repository, or take it from a runner image: /home/runner/k8s/index.js is for
                   volume mode, /home/runner/k8s-novolume/index.js for novolume mode
  --mode MODE      volume (default) or novolume
  --only CASE      may be repeated; without it, all cases run`;

/** Undefined for --help. @throws Error that says what is wanted */
export function readOptions(args: readonly string[], known: readonly string[]): CompareOptions | undefined {
  const { values } = parseArgs({
    args: [...args],
    options: {
      upstream: { type: 'string' },
      mode: { type: 'string', default: 'volume' },
      only: { type: 'string', multiple: true },
      help: { type: 'boolean', short: 'h' },
    },
  });
  if (values.help === true) return undefined;
  const { upstream, mode, only = known } = values;
  if (upstream === undefined) throw new Error('which hook shall this one be compared with? --upstream FILE');
  if (mode !== 'volume' && mode !== 'novolume')
    throw new Error(`--mode wants volume or novolume, got ${mode}`);
  const unknown = only.filter((name) => !known.includes(name));
  if (unknown.length > 0)
    throw new Error(`there is no case ${unknown.join(', ')}; there are ${known.join(', ')}`);
  return { upstream, mode, only: known.filter((name) => only.includes(name)) };
}

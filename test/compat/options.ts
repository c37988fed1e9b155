import { parseArgs } from 'node:util';

export interface Options {
  /** Versions to bring up, one after the other; none: the cluster that is up. */
  readonly kubernetes: readonly string[];
  /** Names of e2e files. */
  readonly only: readonly string[];
  readonly campaigns: readonly string[];
  /** The size of each campaign, where it is not its own. */
  readonly steps: string | undefined;
}

export const USAGE = `npm run compat -- [--kubernetes VERSION]... [--only NAME]... [--campaign NAME]... [--steps N]

  Runs e2e tests and campaigns, and writes how they ended to test/compat/runs.json and docs/compatibility.md.

  --kubernetes VERSION  as in v1.37.2: brings up the cluster of this version that is built from packages, and ends it
                        afterwards; may be repeated. Without it, the test cluster that is up is used
  --only NAME           e2e tests of this file, as in steps; may be repeated. Without it and --campaign, all of them
  --campaign NAME       a campaign of npm run reliability; may be repeated
  --steps N             the size of each campaign`;

/** @throws Error that names what is unknown */
export function readOptions(args: readonly string[], known: readonly string[]): Options {
  const { values } = parseArgs({
    args: [...args],
    options: {
      kubernetes: { type: 'string', multiple: true, default: [] },
      only: { type: 'string', multiple: true },
      campaign: { type: 'string', multiple: true, default: [] },
      steps: { type: 'string' },
    },
  });
  const only = values.only ?? (values.campaign.length > 0 ? [] : known);
  const unknown = only.filter((name) => !known.includes(name));
  if (unknown.length > 0)
    throw new Error(`there are no e2e tests ${unknown.join(', ')}; there are ${known.join(', ')}`);
  const odd = values.kubernetes.filter((version) => !/^v1\.\d+\.\d+$/.test(version));
  if (odd.length > 0) throw new Error(`--kubernetes wants a version as v1.37.2, got ${odd.join(', ')}`);
  return { kubernetes: values.kubernetes, only, campaigns: values.campaign, steps: values.steps };
}

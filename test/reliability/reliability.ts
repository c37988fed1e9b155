/**
 * `npm run reliability`: campaigns of faults against the bundled hook in runner pods on the test cluster. Ends at the first
 * thing that is lost, doubled, wrong, left over, or does not end. `--only NAME` picks campaigns, `--steps N` their size,
 * `--small` the form that `npm run test:campaigns` runs, `--seed N` repeats their chance, `--json FILE` keeps the figures.
 */
import { writeFile } from 'node:fs/promises';
import { useCluster } from '../bench/bed.js';
import { CAMPAIGNS } from './campaigns.js';
import { throughput } from './campaigns/throughput.js';
import { readOptions } from './options.js';
import { seeded } from './random.js';
import { printedHelp } from '../usage.js';
import { markdownTable, type Finding } from './report.js';

/** The last one proves nothing that the benchmarks do not: its figures belong into the same report. */
const ALL = [...CAMPAIGNS, throughput];

const say = (text: string) => process.stderr.write(`reliability: ${text}\n`);

const USAGE = `npm run reliability -- [--only NAME]... [--steps N] [--small] [--seed N] [--json FILE]

  --only NAME  a campaign: ${ALL.map(({ name }) => name).join(', ')}
  --steps N    the size of each campaign
  --small      the size that npm run test:campaigns runs
  --seed N     repeats the random choices of an earlier run
  --json FILE  also writes the figures to FILE`;

async function main(): Promise<void> {
  if (printedHelp(USAGE)) return;
  const options = readOptions(
    process.argv.slice(2),
    ALL.map(({ name }) => name),
  );
  const { about, bed } = await useCluster();
  say(`seed ${options.seed}; ${about}`);
  const findings: Finding[] = [];
  for (const { name, needsPackages, run } of ALL) {
    if (!options.only.includes(name)) continue;
    if (needsPackages && bed !== 'packages') {
      say(`${name}: left out, it needs the cluster built from packages`);
      continue;
    }
    say(name);
    const began = Date.now();
    const rows = await run({
      ...options,
      random: seeded(options.seed),
      say: (text) => say(`${name}: ${text}`),
    });
    findings.push({ name, seconds: Math.round((Date.now() - began) / 1000), rows });
    for (const { what, value } of rows) say(`${name}: ${what}: ${value}`);
  }
  if (options.json !== undefined)
    await writeFile(
      options.json,
      `${JSON.stringify({ cluster: about, seed: options.seed, findings }, null, 2)}\n`,
    );
  console.log(`${about}; seed ${options.seed}\n\n${markdownTable(findings)}`);
}

main().catch((error: unknown) => {
  say(error instanceof Error ? (error.stack ?? error.message) : String(error));
  process.exitCode = 1;
});

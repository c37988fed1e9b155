/**
 * The test cluster from the command line: `bed up|down|env`. Standard output is for `eval`,
 * everything else goes to standard error.
 */
import { down, up } from './beds.js';
import { usableBed } from './environment.js';
import { shellExports, type BedRecord } from './record.js';
import { printedHelp } from '../usage.js';

const say = (text: string) => process.stderr.write(`cluster: ${text}\n`);

const commands: Record<string, () => Promise<void>> = {
  up: async () => printExports(await up(process.env, say)),
  down: () => down(process.env, say),
  env: async () => printExports(await usableBed()),
};

const USAGE = `npm run cluster:up, npm run cluster:env, npm run cluster:down

  cluster:up    brings a test cluster up, or finds the one that is there, and prints its environment for eval
  cluster:env   prints the environment of the one that is up
  cluster:down  ends it; an existing cluster of yours is left as it is

Which cluster is taken: test/cluster/README.md`;

function printExports(record: BedRecord): void {
  process.stdout.write(`${shellExports(record)}\n`);
}

async function main(name: string | undefined): Promise<void> {
  const command = commands[name ?? ''];
  if (command === undefined) throw new Error(`usage: bed ${Object.keys(commands).join('|')}`);
  await command();
}

if (!printedHelp(USAGE))
  main(process.argv[2]).catch((error: unknown) => {
    say(error instanceof Error ? error.message : String(error));
    process.exitCode = 1;
  });

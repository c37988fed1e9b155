/**
 * The test cluster from the command line: `bed up|down|env`. Standard output is for `eval`,
 * everything else goes to standard error.
 */
import { down, up } from './beds.js';
import { usableBed } from './environment.js';
import { shellExports, type BedRecord } from './record.js';

const say = (text: string) => process.stderr.write(`cluster: ${text}\n`);

const commands: Record<string, () => Promise<void>> = {
  up: async () => printExports(await up(process.env, say)),
  down: () => down(process.env, say),
  env: async () => printExports(await usableBed()),
};

function printExports(record: BedRecord): void {
  process.stdout.write(`${shellExports(record)}\n`);
}

async function main(name: string | undefined): Promise<void> {
  const command = commands[name ?? ''];
  if (command === undefined) throw new Error(`usage: bed ${Object.keys(commands).join('|')}`);
  await command();
}

main(process.argv[2]).catch((error: unknown) => {
  say(error instanceof Error ? error.message : String(error));
  process.exitCode = 1;
});

import { parseArgs } from 'node:util';
import { failureText } from '../failure.js';
import { VERSION } from '../version.js';
import { helpOf, optionsOf, usageOf } from './command.js';
import { COMMANDS, UsageError } from './commands.js';
import { print } from './print.js';

const HELP = `podhooks ${VERSION}: container hooks of GitHub Actions for Kubernetes

${COMMANDS.map((command) => `  ${usageOf(command)}\n      ${command.about}`).join('\n')}
  --version, --help, COMMAND --help

Exit code: 0 if nothing is wrong, 1 if something is, 2 for wrong arguments.
`;

function usageError(what: string, help = HELP): number {
  process.stderr.write(`podhooks: ${what}\n\n${help}`);
  return 2;
}

async function main([name, ...args]: readonly string[]): Promise<number> {
  if (name === '--version') {
    print(VERSION);
    return 0;
  }
  if (name === '--help' || name === '-h') {
    print(HELP);
    return 0;
  }
  if (name === undefined) return usageError('which command?');
  const command = COMMANDS.find((each) => each.name === name);
  if (command === undefined) return usageError(`there is no command ${JSON.stringify(name)}`);
  const help = helpOf(command);
  let parsed;
  try {
    parsed = parseArgs({ args, allowPositionals: true, options: optionsOf(command) ?? {} });
  } catch (error) {
    return usageError(error instanceof Error ? error.message : String(error), help);
  }
  const { values, positionals } = parsed;
  if (values['help'] === true) {
    print(help);
    return 0;
  }
  const { least, most } = command.count;
  if (positionals.length < least) return usageError(`${name}: ${command.operands} is missing`, help);
  if (positionals.length > most) return usageError(`${name}: ${positionals[most] ?? ''} is too much`, help);
  try {
    return await command.run(positionals, values, process.env);
  } catch (error) {
    if (error instanceof UsageError) return usageError(error.message, help);
    throw error;
  }
}

void main(process.argv.slice(2))
  .catch((error: unknown) => {
    process.stderr.write(`${failureText(error).text}\n`);
    return 1;
  })
  // A connection that is kept alive would hold the process; what was printed has to be taken before.
  .then((code) => process.stdout.write('', () => process.exit(code)));

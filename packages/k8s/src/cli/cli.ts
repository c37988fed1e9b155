import { parseArgs } from 'node:util';
import { PERMISSIONS, roleYaml } from './permissions.js';
import { failureText } from '../failure.js';
import { VERSION } from '../version.js';
import { type Check, doctor } from './doctor.js';
import { lint } from './lint.js';

const HELP = `podhooks ${VERSION}: container hooks of GitHub Actions for Kubernetes

  doctor [--json]           look for what would make jobs fail: in the runner pod, or outside with KUBECONFIG
  lint [--json] FILE...     check pod templates (files or folders) and settings files as the hook does, without a cluster
  role [--messages]         print the least Role; --messages adds what only makes messages better
  --version, --help

Exit code: 0 if nothing is wrong, 1 if something is, 2 for wrong arguments.
`;

const MARKS: Readonly<Record<Check['status'], string>> = { ok: '√', warning: '!', failed: '×', skipped: '-' };
const COLOURS: Readonly<Record<Check['status'], number>> = { ok: 32, warning: 33, failed: 31, skipped: 90 };

const NAMES = { template: 'a pod template', settings: 'a settings file' } as const;

const print = (text: string): void => void process.stdout.write(text.endsWith('\n') ? text : `${text}\n`);

function usageError(what: string): number {
  process.stderr.write(`podhooks: ${what}\n\n${HELP}`);
  return 2;
}

async function main(args: readonly string[]): Promise<number> {
  let parsed;
  try {
    parsed = parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        help: { type: 'boolean', short: 'h' },
        version: { type: 'boolean' },
        json: { type: 'boolean' },
        messages: { type: 'boolean' },
      },
    });
  } catch (error) {
    return usageError(error instanceof Error ? error.message : String(error));
  }
  const { values, positionals } = parsed;
  const [command, ...files] = positionals;
  if (values.version) {
    print(VERSION);
    return 0;
  }
  if (values.help) {
    print(HELP);
    return 0;
  }
  if (command === undefined) return usageError('which command?');
  switch (command) {
    case 'doctor':
      return tellChecks(await doctor(process.env, process.version), values.json === true);
    case 'lint':
      return files.length === 0 ? usageError('lint: which file?') : lintAll(files, values.json === true);
    case 'role':
      print(
        roleYaml(
          'podhooks-runner',
          PERMISSIONS.filter(({ optional }) => !optional || values.messages),
        ),
      );
      return 0;
    default:
      return usageError(`there is no command ${JSON.stringify(command)}`);
  }
}

function tellChecks(checks: readonly Check[], asJson: boolean): number {
  if (asJson) print(JSON.stringify(checks, undefined, 2));
  else for (const check of checks) print(linesOf(check));
  return checks.some(({ status }) => status === 'failed') ? 1 : 0;
}

function linesOf({ name, status, seen, fix, help }: Check): string {
  const mark = process.stdout.isTTY ? `\u001b[${COLOURS[status]}m${MARKS[status]}\u001b[0m` : MARKS[status];
  const more = [fix, help && `see ${help}`].filter((text) => text !== undefined).join('\n');
  return `${mark} ${name}: ${seen}${more === '' ? '' : `\n${more.replaceAll(/^/gm, '    ')}`}`;
}

async function lintAll(files: readonly string[], asJson: boolean): Promise<number> {
  const results = await Promise.all(files.map(async (file) => ({ file, ...(await lint(file)) })));
  if (asJson) print(JSON.stringify(results, undefined, 2));
  else
    for (const { file, kind, faults, warnings } of results) {
      for (const fault of faults) print(`× ${fault}`);
      for (const warning of warnings) print(`! ${warning}`);
      if (faults.length === 0) print(`√ ${file}: ${NAMES[kind]} without a fault`);
    }
  return results.some(({ faults }) => faults.length > 0) ? 1 : 0;
}

void main(process.argv.slice(2))
  .catch((error: unknown) => {
    process.stderr.write(`${failureText(error).text}\n`);
    return 1;
  })
  // A connection that is kept alive would hold the process; what was printed has to be taken before.
  .then((code) => process.stdout.write('', () => process.exit(code)));

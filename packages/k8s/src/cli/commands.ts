import { type Check } from './check.js';
import type { Command, Values } from './command.js';
import { completion, SHELLS } from './completion.js';
import { doctor } from './doctor.js';
import { type Findings, lint, lintOnServer } from './lint.js';
import { PERMISSIONS, roleYaml } from './permissions.js';
import { print, printMarked } from './print.js';
import { render } from './render.js';

/** Arguments that a command cannot take. */
export class UsageError extends Error {}

const JSON_OPTION = { about: 'print JSON' };
const NAMES = { template: 'a pod template', settings: 'a settings file' } as const;

const isSet = (values: Values, name: string): boolean => values[name] === true;
const textOf = (values: Values, name: string): string | undefined => {
  const value = values[name];
  return typeof value === 'string' ? value : undefined;
};

export const COMMANDS: readonly Command[] = [
  {
    name: 'doctor',
    operands: '',
    count: { least: 0, most: 0 },
    about: 'Looks for what would make jobs fail: in the runner pod, or outside with KUBECONFIG',
    options: { json: JSON_OPTION },
    run: async (_, values, environment) =>
      printChecks(await doctor(environment, process.version), isSet(values, 'json')),
  },
  {
    name: 'lint',
    operands: 'FILE...',
    count: { least: 1, most: Infinity },
    about:
      'Checks pod templates (files or folders) and settings files as the hook does, without a cluster unless asked to',
    options: {
      json: JSON_OPTION,
      server: { about: 'have the API server check the pod with the template, too; nothing is created' },
    },
    run: (files, values, environment) =>
      lintAll(
        files,
        isSet(values, 'server') ? (file) => lintOnServer(file, environment) : lint,
        isSet(values, 'json'),
      ),
  },
  {
    name: 'render',
    operands: 'PAYLOAD',
    count: { least: 1, most: 1 },
    about:
      'Prints the objects that the hook would create for a payload of the runner, with where each part comes from',
    options: {
      'runner-pod': {
        value: 'FILE',
        about: 'the runner pod, from kubectl get pod -o yaml; no cluster is asked',
      },
    },
    run: async ([payload = ''], values, environment) => {
      const { yaml, messages } = await render(payload, environment, textOf(values, 'runner-pod'));
      print([...messages.map((message) => message.replaceAll(/^/gm, '# ')), yaml].join('\n'));
      return 0;
    },
  },
  {
    name: 'role',
    operands: '',
    count: { least: 0, most: 0 },
    about: 'Prints the least Role',
    options: { messages: { about: 'add what only makes messages better' } },
    run: (_, values) => {
      const permissions = PERMISSIONS.filter(({ optional }) => !optional || isSet(values, 'messages'));
      print(roleYaml('podhooks-runner', permissions));
      return 0;
    },
  },
  {
    name: 'completion',
    operands: SHELLS.join('|'),
    count: { least: 1, most: 1 },
    about: 'Prints a script that completes commands and options: source <(node cli.js completion bash)',
    options: {},
    run: ([wanted]) => {
      const shell = SHELLS.find((each) => each === wanted);
      if (shell === undefined) throw new UsageError(`completion: the shells are ${SHELLS.join(' and ')}`);
      print(completion(shell, COMMANDS));
      return 0;
    },
  },
];

function printChecks(checks: readonly Check[], asJson: boolean): number {
  if (asJson) print(JSON.stringify(checks, undefined, 2));
  else
    for (const { name, status, seen, fix, manifest, help } of checks)
      printMarked(status, `${name}: ${seen}`, [
        ...(fix === undefined ? [] : [fix]),
        ...(manifest === undefined ? [] : [manifest]),
        ...(help === undefined ? [] : [`see ${help}`]),
      ]);
  return checks.some(({ status }) => status === 'failed') ? 1 : 0;
}

async function lintAll(
  files: readonly string[],
  lintFile: (file: string) => Promise<Findings>,
  asJson: boolean,
): Promise<number> {
  const results = await Promise.all(files.map(async (file) => ({ file, ...(await lintFile(file)) })));
  if (asJson) print(JSON.stringify(results, undefined, 2));
  else
    for (const { file, kind, faults, warnings } of results) {
      for (const fault of faults) printMarked('failed', fault);
      for (const warning of warnings) printMarked('warning', warning);
      if (faults.length === 0) printMarked('ok', `${file}: ${NAMES[kind]} without a fault`);
    }
  return results.some(({ faults }) => faults.length > 0) ? 1 : 0;
}

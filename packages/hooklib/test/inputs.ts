import { parseInput } from '../src/index.js';
import type { HookInput } from '../src/index.js';
import { hookErrorOf } from './hook-error.js';

/** The smallest clean-up. */
export const CLEANUP = { command: 'cleanup_job', responseFile: '/r.json', args: {}, state: null };
/** A script step. */
export const SCRIPT = {
  command: 'run_script_step',
  responseFile: '/r.json',
  args: {
    entryPoint: 'sh',
    entryPointArgs: ['-e', '/s.sh'],
    environmentVariables: {},
    prependPath: [],
    workingDirectory: '/w',
  },
  state: null,
};

type Of<Command extends HookInput['command']> = Extract<HookInput, { command: Command }>;

/** Parses an input that has this command. */
export function parsed<Command extends HookInput['command']>(command: Command, text: string): Of<Command> {
  const input = parseInput(text);
  const is = (candidate: HookInput): candidate is Of<Command> => candidate.command === command;
  if (!is(input)) throw new Error(`expected ${command}, got ${input.command}`);
  return input;
}

/** The lines of the message that each name one fault. */
export function faultsOf(text: string): string[] {
  return hookErrorOf('INPUT_INVALID', () => parseInput(text))
    .message.split('\n')
    .slice(1)
    .map((line) => line.trim());
}

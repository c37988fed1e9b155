import { HookError } from '@podhooks/hooklib';
import { PLACEHOLDERS } from '../template/placeholders.js';
import { listFaults } from '../yaml/fault.js';
import type { SettingsFile } from './file-values.js';
import { FILE_COMMANDS } from './file-commands.js';
import { VARIABLES } from './schema.js';
import type { Variable } from './variable.js';

type Values = { readonly [Key in keyof typeof VARIABLES]: (typeof VARIABLES)[Key]['fallback'] };
const ABOUT_HOOKS = /^ACTIONS_RUNNER_\w*HOOK/i;
type Environment = Readonly<Record<string, string | undefined>>;

export interface Settings extends Values {
  /** Files of the current step on the runner that the workflow writes to; empty outside of steps. */
  readonly fileCommands: readonly string[];
  /** Facts of the job that a template may refer to as `${NAME}`. */
  readonly placeholders: Readonly<Record<string, string>>;
  /** Variables of the runner container that may be meant as settings, known or not. */
  readonly variables: readonly string[];
}

/**
 * Reads the environment, once, and takes what it does not say from the file. Empty counts as unset, as in a Helm value
 * that was left out.
 * @throws HookError SETTINGS_INVALID that names every bad variable and every fault of the file.
 */
export function readSettings(
  environment: Environment,
  file: SettingsFile = { values: {}, faults: [] },
): Settings {
  const faults: string[] = [];
  const value = <T>({ name, key, kind, fallback }: Variable<T>): T => {
    const text = environment[name] ?? '';
    if (text === '') return (key === undefined ? undefined : kind.ofYaml(file.values[key])) ?? fallback;
    const read = kind.ofText(text);
    if (read === undefined)
      faults.push(
        `${name} wants ${kind.wants}, got ${kind.hidden ? 'something else' : JSON.stringify(text)}`,
      );
    return read ?? fallback;
  };
  const values: Readonly<Record<string, unknown>> = Object.fromEntries(
    Object.entries<Variable<unknown>>(VARIABLES).map(([key, variable]) => [key, value(variable)]),
  );
  if (!isComplete(values)) throw new Error('a setting was not read');
  const settings: Settings = {
    ...values,
    placeholders: Object.fromEntries(
      PLACEHOLDERS.flatMap((name) => (environment[name] === undefined ? [] : [[name, environment[name]]])),
    ),
    variables: Object.keys(environment).filter((name) => ABOUT_HOOKS.test(name) && environment[name] !== ''),
    fileCommands: FILE_COMMANDS.flatMap((name) => environment[name] ?? []).filter((path) => path !== ''),
  };
  if (faults.length + file.faults.length > 0) throw settingsError(faults, file.faults);
  return settings;
}

/** Each value is what its own variable gives: all have to be there. */
function isComplete(values: object): values is Values {
  return Object.keys(VARIABLES).every((key) => key in values);
}

/** As readSettings, from the environment and the file that it names. */
export async function readSettingsWithFile(environment: Environment): Promise<Settings> {
  const { name, kind } = VARIABLES.settingsFile;
  const path = kind.ofText(environment[name] ?? '');
  if (path === undefined) return readSettings(environment);
  // Not at the top: a reader of YAML is nothing that a step should load.
  const { readSettingsFile } = await import('./file.js');
  return readSettings(environment, await readSettingsFile(path));
}

function settingsError(variables: readonly string[], file: readonly string[]): HookError {
  const messages: string[] = [];
  const hints: string[] = [];
  if (variables.length > 0) {
    const what = variables.length === 1 ? 'a bad variable' : 'bad variables';
    messages.push(`The environment of the runner has ${what}: ${variables.join('; ')}.`);
    hints.push('Correct it in the env of the runner container.');
  }
  if (file.length > 0) {
    messages.push(listFaults('The settings file has', file));
    hints.push('Correct the file that ACTIONS_RUNNER_HOOK_CONFIG names; no pod was created.');
  }
  return new HookError('SETTINGS_INVALID', messages.join('\n'), { hint: hints.join(' ') });
}

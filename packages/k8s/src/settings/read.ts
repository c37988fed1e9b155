import { HookError } from '@podhooks/hooklib';
import { PLACEHOLDERS } from '../pod/placeholders.js';
import { FILE_COMMANDS, VARIABLES, type Variable } from './schema.js';

type Values = { readonly [Key in keyof typeof VARIABLES]: (typeof VARIABLES)[Key]['fallback'] };

export interface Settings extends Values {
  /** Files of the current step on the runner that the workflow writes to; empty outside of steps. */
  readonly fileCommands: readonly string[];
  /** Facts of the job that a template may refer to as `${NAME}`. */
  readonly placeholders: Readonly<Record<string, string>>;
}

/**
 * Reads the environment, once. Empty counts as unset, as in a Helm value that was left out.
 * @throws HookError SETTINGS_INVALID that names every bad variable.
 */
export function readSettings(environment: Readonly<Record<string, string | undefined>>): Settings {
  const faults: string[] = [];
  const value = <T>({ name, read, fallback }: Variable<T>): T => {
    const text = environment[name] ?? '';
    if (text === '') return fallback;
    try {
      return read(text);
    } catch (error) {
      faults.push(
        `${name} ${error instanceof Error ? error.message : String(error)}, got ${JSON.stringify(text)}`,
      );
      return fallback;
    }
  };
  const settings: Settings = {
    podName: value(VARIABLES.podName),
    namespace: value(VARIABLES.namespace),
    claimName: value(VARIABLES.claimName),
    runnerImage: value(VARIABLES.runnerImage),
    readWriteOnce: value(VARIABLES.readWriteOnce),
    template: value(VARIABLES.template),
    inheritPullSecrets: value(VARIABLES.inheritPullSecrets),
    inheritServiceAccount: value(VARIABLES.inheritServiceAccount),
    inheritAnnotationsAllow: value(VARIABLES.inheritAnnotationsAllow),
    inheritAnnotationsDeny: value(VARIABLES.inheritAnnotationsDeny),
    inheritLabels: value(VARIABLES.inheritLabels),
    inheritFsGroup: value(VARIABLES.inheritFsGroup),
    inheritTolerations: value(VARIABLES.inheritTolerations),
    inheritPriorityClass: value(VARIABLES.inheritPriorityClass),
    inheritProxy: value(VARIABLES.inheritProxy),
    prepareTimeoutSeconds: value(VARIABLES.prepareTimeoutSeconds),
    imagePullGraceSeconds: value(VARIABLES.imagePullGraceSeconds),
    apiRetrySeconds: value(VARIABLES.apiRetrySeconds),
    stepReconnectSeconds: value(VARIABLES.stepReconnectSeconds),
    heartbeatPeriodMs: value(VARIABLES.heartbeatPeriodMs),
    heartbeatDeadlineMs: value(VARIABLES.heartbeatDeadlineMs),
    temp: value(VARIABLES.temp),
    debug: value(VARIABLES.debug),
    serviceHost: value(VARIABLES.serviceHost),
    servicePort: value(VARIABLES.servicePort),
    kubeconfig: value(VARIABLES.kubeconfig),
    placeholders: Object.fromEntries(
      PLACEHOLDERS.flatMap((name) => (environment[name] === undefined ? [] : [[name, environment[name]]])),
    ),
    fileCommands: FILE_COMMANDS.flatMap((name) => environment[name] ?? []).filter((path) => path !== ''),
  };
  if (faults.length > 0)
    throw new HookError(
      'SETTINGS_INVALID',
      `The environment of the runner has ${faults.length === 1 ? 'a bad variable' : 'bad variables'}: ${faults.join('; ')}.`,
      {
        hint: 'Correct it in the env of the runner container.',
      },
    );
  return settings;
}

import type { FileValues } from './file-values.js';
import type { Settings } from './read.js';
import { VARIABLES } from './schema.js';
import type { Variable } from './variable.js';

/**
 * The settings that differ from their defaults, by their keys in the settings file. prepare_job leaves them in the job's
 * state, so that a step reads no file: docs/adr/0009.
 */
export function carriedSettings(settings: Settings): FileValues {
  const values: Readonly<Record<string, unknown>> = { ...settings };
  return Object.fromEntries(
    Object.entries<Variable<unknown>>(VARIABLES).flatMap(([name, { key, fallback }]) =>
      key === undefined || values[name] === fallback ? [] : [[key, values[name]]],
    ),
  );
}

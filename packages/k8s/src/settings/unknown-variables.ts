import { nearest } from '../yaml/suggest.js';
import { VARIABLES } from './schema.js';

/** Of the runner itself. */
const RUNNERS_OWN = [
  'ACTIONS_RUNNER_CONTAINER_HOOKS',
  'ACTIONS_RUNNER_HOOK_JOB_STARTED',
  'ACTIONS_RUNNER_HOOK_JOB_COMPLETED',
];
const KNOWN: readonly string[] = [...RUNNERS_OWN, ...Object.values(VARIABLES).map(({ name }) => name)];

/** A line for each of `Settings.variables` that is no setting: a slip, or one of another version. */
export function unknownVariables(names: readonly string[]): string[] {
  return names
    .filter((name) => !KNOWN.includes(name))
    .map((name) => {
      const meant = nearest(name, KNOWN);
      return `The runner container has the variable ${name}, which this version of the hook does not know${meant === undefined ? '' : `; did you mean ${meant}?`}`;
    });
}

import { checkEnvironment, isIdentifier } from './environment.js';
import { folderOf, type StepScript } from './script.js';

/** A Node of the runner's externals: what every JavaScript action is started with (actions/runner, NodeScriptActionHandler). */
const EXTERNALS_NODE = /^\/__e\/[^/]+\/bin\/node$/;

/**
 * Keys that no shell can export (`INPUT_SSH-KEY`) would have to stand in the arguments of `env`, which any user of the
 * container can read. Where the step starts the externals' Node, a module that only the step's user can read sets them
 * before the action begins. The action sees neither the module nor its option.
 * @throws as checkEnvironment: what the module sets counts, too.
 */
export function withNodeEnvironment(step: StepScript): StepScript {
  const [program, ...rest] = step.command;
  const entries = Object.entries(step.environment);
  const inModule = entries.filter(([name]) => !isIdentifier(name));
  if (!EXTERNALS_NODE.test(program) || inModule.length === 0) return step;
  checkEnvironment(step.environment);
  const path = `${folderOf(step.id)}/environment.cjs`;
  return {
    ...step,
    command: [program, '--require', path, ...rest],
    environment: Object.fromEntries(entries.filter((entry) => !inModule.includes(entry))),
    files: [...step.files, { path, content: Buffer.from(moduleText(Object.fromEntries(inModule))) }],
  };
}

/** Workers load it, too: they have a copy of the environment, which the action may have changed. */
function moduleText(variables: Readonly<Record<string, string>>): string {
  return `if (require('node:worker_threads').isMainThread) {
  process.execArgv = process.execArgv.filter((option, at, all) => option !== '--require' && all[at - 1] !== '--require');
  Object.assign(process.env, JSON.parse(${JSON.stringify(JSON.stringify(variables))}));
}
`;
}

import { join, resolve } from 'node:path';
import type { HookContainer, PrepareJobArgs, RunScriptStepArgs } from '@podhooks/hooklib';
import { actionArguments, actionContainer, jobContainer, serviceContainer, unset } from './containers.js';
import { ACTION_SERVICES } from './context.js';
import { actionContainerPaths, jobContainerPaths, toContainer } from './paths.js';
import type { PathMap, RunnerFolders } from './paths.js';
import type { ActionStep, ContainerActionStep, JobContainers, RunStep, Stage, Variables } from './runner.js';
import { RunnerError } from './runner.js';
import { parseShell, scriptArguments } from './shells.js';

/** What a step inherits from the job and the steps before it, with the runner's own paths. */
export interface StepContext {
  folders: RunnerFolders;
  /** `env:` of the job with what earlier steps wrote to GITHUB_ENV, then `env:` of the step. */
  env: Variables;
  /** What earlier stages of the action saved. */
  state: Variables;
  /** GITHUB_*, with this step's file commands. */
  github: Variables;
  /** RUNNER_* */
  runner: Variables;
  /** What steps wrote to GITHUB_PATH, newest first. */
  prependPath: readonly string[];
  isAlpine: boolean;
}

export function prepareJobArgs(folders: RunnerFolders, job: JobContainers, proxy: Variables): PrepareJobArgs {
  return {
    container: job.container ? jobContainer(folders, job.container, proxy) : null,
    services: (job.services ?? []).map((service) => serviceContainer(service, proxy)),
  };
}

export function runStepArgs(context: StepContext, step: RunStep, script: string): RunScriptStepArgs {
  const { folders } = context;
  const paths = jobContainerPaths(folders);
  const shell = parseShell(step.shell);
  return {
    entryPointArgs: scriptArguments(shell, toContainer(paths, script)),
    entryPoint: shell.command,
    environmentVariables: inContainer(paths, {
      ...context.env,
      ...stateVariables(context),
      ...context.github,
      ...context.runner,
    }),
    prependPath: context.prependPath,
    workingDirectory: toContainer(paths, resolve(folders.workspace, step.workingDirectory ?? '')),
  };
}

export function actionStepArgs(context: StepContext, step: ActionStep, script: string): RunScriptStepArgs {
  const { folders } = context;
  const paths = jobContainerPaths(folders);
  return {
    entryPointArgs: toContainer(paths, script).split(' '),
    entryPoint: `/__e/${step.node ?? 'node20'}${context.isAlpine ? '_alpine' : ''}/bin/node`,
    environmentVariables: inContainer(paths, {
      ...context.env,
      ...stateVariables(context),
      ...inputVariables(step.inputs),
      ...context.github,
      ...context.runner,
      ...ACTION_SERVICES,
      ACTIONS_CACHE_SERVICE_V2: 'True',
    }),
    prependPath: context.prependPath,
    workingDirectory: toContainer(paths, folders.workspace),
  };
}

export function containerActionArgs(context: StepContext, step: ContainerActionStep): HookContainer {
  const { folders } = context;
  const isImageOnly = step.path === undefined;
  const env = { ...context.env, ...stateVariables(context), ...inputVariables(containerInputs(step)) };
  return actionContainer(folders, {
    image: step.image ?? null,
    dockerfile:
      step.dockerfile === undefined ? null : join(actionFolder(folders, step.path ?? '.'), step.dockerfile),
    entryPoint: (isImageOnly ? step.entrypoint : stageOf(step.stage, CONTAINER_STAGES, step)) ?? null,
    entryPointArgs: actionArguments(step.args ?? []),
    environmentVariables: inContainer(actionContainerPaths(folders), {
      ...env,
      ...unset(step.actionEnv ?? {}, env),
      HOME: folders.home,
      ...context.github,
      ...context.runner,
      ...ACTION_SERVICES,
    }),
  });
}

const CONTAINER_STAGES = { pre: 'preEntrypoint', main: 'entrypoint', post: 'postEntrypoint' } as const;
const SCRIPT_STAGES = { pre: 'pre', main: 'main', post: 'post' } as const;

/** The file of a JavaScript action that a stage runs, on the runner. Throws RunnerError if it has none. */
export function actionScript(folders: RunnerFolders, step: ActionStep): string {
  const file = stageOf(step.stage, SCRIPT_STAGES, step);
  if (file === undefined) throw new RunnerError(`action ${step.path} has no ${step.stage ?? 'main'}`);
  return join(actionFolder(folders, step.path), file);
}

/** Where the files of an action are: below _actions, or in the workspace for `./folder`. */
export function actionFolder(folders: RunnerFolders, path: string): string {
  return path.startsWith('.') ? join(folders.workspace, path) : join(folders.actions, path);
}

function stageOf<Names extends Readonly<Record<Stage, string>>>(
  stage: Stage | undefined,
  names: Names,
  step: Readonly<Partial<Record<Names[Stage], string>>>,
): string | undefined {
  const name: Names[Stage] = names[stage ?? 'main'];
  return step[name];
}

/** `with.entrypoint` and `with.args` of a `docker://` step are inputs, too. */
function containerInputs(step: ContainerActionStep): Variables {
  if (step.path !== undefined) return step.inputs ?? {};
  return {
    ...(step.entrypoint === undefined ? {} : { entrypoint: step.entrypoint }),
    ...(typeof step.args === 'string' ? { args: step.args } : {}),
    ...step.inputs,
  };
}

function inputVariables(inputs: Variables = {}): Variables {
  return Object.fromEntries(
    Object.entries(inputs).map(([name, value]) => [
      `INPUT_${name.replaceAll(' ', '_').toUpperCase()}`,
      value,
    ]),
  );
}

function stateVariables(context: StepContext): Variables {
  return Object.fromEntries(Object.entries(context.state).map(([name, value]) => [`STATE_${name}`, value]));
}

function inContainer(paths: PathMap, variables: Variables): Variables {
  return Object.fromEntries(
    Object.entries(variables).map(([name, value]) => [name, toContainer(paths, value)]),
  );
}

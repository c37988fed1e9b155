import type { ActionStep, ContainerActionStep, HookCall, RunStep, Variables } from './runner.js';

/** GITHUB_ACTION of a step without an id; `count` is the number of `run:` steps so far, this one included. */
export function stepId(call: StepCall, count: number): string {
  const { step } = call;
  if (step.id !== undefined) return step.id;
  if (step.composite !== undefined) return actionId(step.composite);
  if (call.kind === 'run') return count > 1 ? `__run_${count}` : '__run';
  const { path } = call.step;
  if (path !== undefined) return actionId(path);
  const image = call.kind === 'containerAction' ? (call.step.image ?? '') : '';
  return `__${image.replace(/^docker:\/\//, '').replaceAll(/[^A-Za-z0-9-]/g, '_')}`;
}

export type StepCall = Extract<HookCall, { step: RunStep | ActionStep | ContainerActionStep }>;

/** GITHUB_ACTION_REPOSITORY and GITHUB_ACTION_REF: empty but for actions of a repository. */
export function actionSource(call: StepCall): Variables {
  const path = call.kind === 'run' ? undefined : call.step.path;
  const [owner = '', repository = '', ...ref] =
    path === undefined || path.startsWith('.') ? [] : path.split('/');
  return {
    GITHUB_ACTION_REPOSITORY: owner === '' ? '' : `${owner}/${repository}`,
    GITHUB_ACTION_REF: ref.join('/'),
  };
}

function actionId(path: string): string {
  return path.startsWith('.') ? '__self' : `__${path.split('/').slice(0, 2).join('_')}`;
}

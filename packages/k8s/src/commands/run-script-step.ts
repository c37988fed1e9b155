import { argumentsOf, HookError, type RunScriptStepInput } from '@podhooks/hooklib';
import { withSafeDirectory } from '../step/git.js';
import { driveStep } from '../follow/drive-step.js';
import type { StepResult } from '../follow/step-result.js';
import { HELPER_CONTAINER, JOB_CONTAINER } from '../model/names.js';
import { whyGone } from '../pods/why-gone.js';
import { workSharing } from '../work/for-mode.js';
import type { Settings } from '../settings/read.js';
import type { SharedStep, StepExchange, WorkSharing } from '../work/sharing.js';
import type { CommandContext } from './context.js';
import { requireJob } from './job-state.js';

/** 128 + SIGKILL: how a shell reports a process that the kernel has killed. */
const KILLED = 137;

/** Runs a script step in the job container. @returns the step's exit code. */
export async function runScriptStep({ args }: RunScriptStepInput, context: CommandContext): Promise<number> {
  const job = requireJob(context.job);
  const parsed = argumentsOf(args.entryPointArgs);
  const sharing = job.work === undefined ? undefined : workSharing(job.mode, job.work, job.repository);
  const step: SharedStep = {
    pod: job.jobPod,
    sameUser: job.sameUser === true,
    texts: [...parsed, args.environmentVariables['GITHUB_ACTION_PATH'] ?? ''],
    context,
  };
  const exchange = await beforeStep(sharing, step);
  const target = { pod: job.jobPod, container: JOB_CONTAINER };
  let files: StepResult['files'] | undefined;
  let end: StepResult['end'];
  try {
    ({ end, files } = await driveStep(context, target, {
      command: [args.entryPoint, ...parsed],
      workingDirectory: args.workingDirectory,
      environment: withSafeDirectory(
        withoutSet({ ...job.environment, ...args.environmentVariables }, context.settings),
        context.settings,
      ),
      prependPath: args.prependPath,
      files: exchange?.send ?? [],
      results: exchange?.results ?? [],
      back: exchange?.back ?? false,
    }));
  } finally {
    await exchange?.finish(files);
  }
  if (end === 'no working directory')
    throw new HookError(
      'STEP_INVALID',
      `The working directory ${args.workingDirectory} does not exist in the job container, or may not be entered.`,
      {
        hint: 'Correct working-directory, or create the directory in an earlier step.',
      },
    );
  if (end.exitCode === KILLED && !context.cancelled.aborted) {
    // Not at the top: hardly a step is killed.
    const { reportIfOutOfMemory } = await import('../follow/out-of-memory.js');
    await reportIfOutOfMemory(context, target);
  }
  if (end.exitCode !== 0 && job.servicesReadyAt !== undefined && !context.cancelled.aborted) {
    const { lookForFailedServices } = await import('../follow/failed-services.js');
    await lookForFailedServices(job.jobPod, job.servicesReadyAt, context);
  }
  return end.exitCode;
}

/** What the administrator sets has the job container already, and each process in it. */
function withoutSet(variables: Readonly<Record<string, string>>, { environmentSet }: Settings) {
  return Object.fromEntries(
    Object.entries(variables).filter(([name]) => !Object.hasOwn(environmentSet, name)),
  );
}

async function beforeStep(
  sharing: WorkSharing | undefined,
  step: SharedStep,
): Promise<StepExchange | undefined> {
  try {
    return await sharing?.beforeStep(step);
  } catch (error) {
    throw (await whyGone(step.context, { pod: step.pod, container: HELPER_CONTAINER })) ?? error;
  }
}

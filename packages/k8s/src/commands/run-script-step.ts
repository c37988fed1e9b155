import { dirname } from 'node:path';
import { argumentsOf, HookError, type RunScriptStepInput } from '@podhooks/hooklib';
import { newActions, rememberActions } from '../files/actions.js';
import { collectStepFiles, openToAll, refuseReplaced, storeFileCommands } from '../files/file-commands.js';
import { HELPER_CONTAINER, JOB_CONTAINER } from '../pod/names.js';
import type { CommandContext } from './context.js';
import { driveStep } from './drive-step.js';
import { requireJob } from './job-state.js';
import { whyGone } from './why-gone.js';

/** 128 + SIGKILL: how a shell reports a process that the kernel has killed. */
const KILLED = 137;
/** The agent's answer to a step that has changed no file. */
const NO_CHANGES = 'same\n';

/** Runs a script step in the job container. @returns the step's exit code. */
export async function runScriptStep({ args }: RunScriptStepInput, context: CommandContext): Promise<number> {
  const { settings } = context;
  const job = requireJob(context.job);
  const parsed = argumentsOf(args.entryPointArgs);
  const work = settings.temp === undefined ? undefined : dirname(settings.temp);
  const share = job.mode === 'no-volume' && work !== undefined;
  const files = share ? collectStepFiles(work, parsed, settings.fileCommands) : { send: [], commands: [] };
  if (share) await sendNewActions(job.jobPod, work, args, context);
  const shared = job.mode === 'volume' && work !== undefined ? work : undefined;
  if (shared !== undefined && job.sameUser !== true) openToAll(shared, settings.fileCommands);

  const target = { pod: job.jobPod, container: JOB_CONTAINER };
  const { end, files: results } = await driveStep(context, target, {
    command: [args.entryPoint, ...parsed],
    workingDirectory: args.workingDirectory,
    environment: args.environmentVariables,
    prependPath: args.prependPath,
    files: files.send,
    results: files.commands.map(({ container }) => container),
    ...(share && job.repository !== undefined && { back: true }),
  }).finally(() => {
    if (shared !== undefined) refuseReplaced(shared, settings.fileCommands);
  });
  if (share) storeFileCommands(work, files.commands, results);
  if (share && job.repository !== undefined)
    await bringChanges(context, work, job.jobPod, job.repository, results.get(files.commands.length));
  if (end === 'no working directory')
    throw new HookError(
      'STEP_INVALID',
      `The working directory ${args.workingDirectory} does not exist in the job container, or may not be entered.`,
      {
        hint: 'Correct working-directory, or make the directory in an earlier step.',
      },
    );
  if (end.exitCode === KILLED && !context.cancelled.aborted) {
    // Not at the top: hardly a step is killed.
    const { tellIfOutOfMemory } = await import('./out-of-memory.js');
    await tellIfOutOfMemory(context, target);
  }
  return end.exitCode;
}

async function bringChanges(
  context: CommandContext,
  work: string,
  pod: string,
  repository: string,
  answer: Buffer | undefined,
): Promise<void> {
  if (answer?.toString('latin1') === NO_CHANGES) return;
  // Not at the top: many steps change nothing.
  const { bringBack } = await import('../work/bring-back.js');
  await bringBack(context, { pod, work, repository, answer });
}

async function sendNewActions(
  pod: string,
  work: string,
  { entryPointArgs, environmentVariables }: RunScriptStepInput['args'],
  context: CommandContext,
): Promise<void> {
  const { cluster, settings, cancelled, out } = context;
  const actions = await newActions(work, [
    ...entryPointArgs,
    environmentVariables['GITHUB_ACTION_PATH'] ?? '',
  ]);
  if (actions.length === 0) return;
  // Not at the top: a step seldom has anything to send.
  const { sendWorkFolder } = await import('../files/send-work-folder.js');
  const retryMs = settings.apiRetrySeconds * 1000;
  const warn = (text: string) => out.warning(text);
  try {
    for (const folder of actions)
      await sendWorkFolder({ cluster, pod, work, folder, existing: [], warn, retryMs }, cancelled);
  } catch (error) {
    throw (await whyGone(context, { pod, container: HELPER_CONTAINER })) ?? error;
  }
  await rememberActions(work, actions);
}

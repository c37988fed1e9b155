// Synchronous: nothing else is to be done meanwhile, and for small files the threads of the other way cost more.
import { HookError } from '@podhooks/hooklib';
import { below, type ContainerPath, type RunnerPath, toContainer, toRunner } from '../model/paths.js';
import type { StepFile } from '../step/script.js';
import { errorCode } from '../files/io-error.js';
import { checkPlace, chmodPlace, readPlace, removePlace, replacePlace } from '../files/no-links.js';

/** The event's payload; the runner writes it anew before each action (ExecutionContext.WriteWebhookPayload). */
const EVENT: ContainerPath = '/__w/_temp/_github_workflow/event.json';

export interface StepFiles {
  /** To be written in the job container before the step. */
  send: StepFile[];
  /** File commands: their paths on the runner and in the job container. */
  commands: { runner: RunnerPath; container: ContainerPath }[];
}

/**
 * What a step without a shared work folder needs from the runner: the script that its texts name, the file-command
 * files and the event. Nothing else of `_temp`, however much has gathered there.
 */
export function collectStepFiles(
  work: RunnerPath,
  texts: readonly string[],
  fileCommands: readonly RunnerPath[],
): StepFiles {
  const commands = commandsIn(work, fileCommands);
  // A script may stand inside an argument: `-command ". '/__w/_temp/x.ps1'"`.
  const scripts = texts.flatMap((text) => [...text.matchAll(/\/__w\/_temp\/[\w.-]+/g)].map(([path]) => path));
  const wanted = [...new Set([...scripts, EVENT, ...commands.map(({ container }) => container)])];
  const found = wanted.map((path) => readIfThere(path, work, toRunner(path, work)));
  return { commands, send: found.flatMap((file) => file ?? []) };
}

/** The file commands that lie in the work folder, as the runner and as containers see them. */
export function commandsIn(work: RunnerPath, fileCommands: readonly RunnerPath[]): StepFiles['commands'] {
  return fileCommands.flatMap((runner) => {
    const container = toContainer(runner, work);
    return container === undefined ? [] : [{ runner, container }];
  });
}

/** The runner tolerates file commands that are gone, there is no event before the first action, and a folder is no script. */
function readIfThere(
  path: ContainerPath,
  root: RunnerPath,
  source: RunnerPath | undefined,
): StepFile | undefined {
  if (source === undefined) return undefined;
  const content = orLost(() => readPlace({ root, path: source }), `${source} cannot be read on the runner`, [
    'ENOENT',
  ]);
  return content && { path, content };
}

/** Puts the file commands that came back from the pod where the runner reads them, each of them whole or not at all. */
export function storeFileCommands(
  work: RunnerPath,
  commands: StepFiles['commands'],
  contents: ReadonlyMap<number, Buffer>,
): void {
  for (const [index, { runner }] of commands.entries()) {
    const content = contents.get(index);
    if (content !== undefined)
      orLost(
        () => replacePlace({ root: work, path: runner }, content),
        `${runner} cannot be written on the runner`,
      );
  }
}

/**
 * Lets every user write to files and folders on a shared volume: the container's user need not be the runner's. Folders are
 * sticky, so that nobody can replace what belongs to another user. Paths outside of the work folder are left alone.
 * @throws HookError FILES_LOST for what is neither a file nor a folder of the work folder.
 */
export function openToAll(work: RunnerPath, paths: readonly RunnerPath[]): void {
  for (const path of paths)
    // What is not there, or not ours, the runner could not have used either.
    if (below(work, path) !== undefined)
      orLost(
        () => chmodPlace({ root: work, path }, { file: 0o666, folder: 0o1777 }),
        `${path} cannot be opened to the job's user`,
        ['ENOENT', 'EPERM', 'EACCES'],
      );
}

/**
 * Takes links and pipes out of the runner's way, which reads its file commands when the hook has ended: through a link, a
 * step would read the runner's own files.
 * @throws HookError FILES_LOST that names the first one.
 */
export function refuseReplaced(work: RunnerPath, paths: readonly RunnerPath[]): void {
  for (const path of paths)
    if (below(work, path) !== undefined)
      try {
        orLost(() => checkPlace({ root: work, path }), `${path} cannot be read`, ['ENOENT', 'EACCES']);
      } catch (error) {
        removePlace({ root: work, path });
        throw error;
      }
}

/** Undefined where the kernel answers one of `tolerated`. */
function orLost<T>(action: () => T, what: string, tolerated: readonly string[] = []): T | undefined {
  try {
    return action();
  } catch (cause) {
    if (cause instanceof HookError) throw cause;
    if (tolerated.includes(errorCode(cause) ?? '')) return undefined;
    throw new HookError('FILES_LOST', `${what}: ${cause instanceof Error ? cause.message : String(cause)}.`, {
      cause,
      hint: 'Check on the runner who owns it, and that the disk is not full.',
    });
  }
}

// Synchronous: nothing else is to be done meanwhile, and for small files the threads of the other way cost more.
import { chmodSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { HookError } from '@podhooks/hooklib';
import { type ContainerPath, type RunnerPath, toContainer, toRunner } from '../pod/paths.js';
import type { StepFile } from '../step/script.js';

/** The event's payload; the runner writes it anew before each action (ExecutionContext.WriteWebhookPayload). */
const EVENT: ContainerPath = '/__w/_temp/_github_workflow/event.json';

export interface StepFiles {
  /** To be written in the job container before the step. */
  send: StepFile[];
  /** File commands: their paths on the runner and in the job container. */
  commands: { runner: RunnerPath; container: ContainerPath }[];
}

/**
 * What a step without a shared work folder needs from the runner: the script that its arguments name, the file-command
 * files and the event. Nothing else of `_temp`, however much has gathered there.
 */
export function collectStepFiles(
  work: RunnerPath,
  args: readonly string[],
  fileCommands: readonly RunnerPath[],
): StepFiles {
  const commands = fileCommands.flatMap((runner) => {
    const container = toContainer(runner, work);
    return container === undefined ? [] : [{ runner, container }];
  });
  // A script may stand inside an argument: `-command ". '/__w/_temp/x.ps1'"`.
  const scripts = args.flatMap((argument) =>
    [...argument.matchAll(/\/__w\/_temp\/[\w.-]+/g)].map(([path]) => path),
  );
  const wanted = [...new Set([...scripts, EVENT, ...commands.map(({ container }) => container)])];
  const found = wanted.map((path) => readIfThere(path, toRunner(path, work)));
  return { commands, send: found.flatMap((file) => file ?? []) };
}

function readIfThere(path: ContainerPath, source: RunnerPath | undefined): StepFile | undefined {
  if (source === undefined) return undefined;
  try {
    return { path, content: readFileSync(source) };
  } catch (error) {
    // The runner tolerates file commands that are gone, and there is no event before the first action.
    if (isMissing(error)) return undefined;
    throw new HookError('FILES_LOST', `${source} cannot be read on the runner.`, {
      cause: error,
      hint: 'Check who owns it.',
    });
  }
}

/** Puts the file commands that came back from the pod where the runner reads them. */
export function storeFileCommands(
  commands: StepFiles['commands'],
  contents: ReadonlyMap<number, Buffer>,
): void {
  for (const [index, { runner }] of commands.entries()) {
    const content = contents.get(index);
    if (content === undefined) continue;
    try {
      mkdirSync(dirname(runner), { recursive: true });
      writeFileSync(runner, content);
    } catch (cause) {
      throw new HookError('FILES_LOST', `${runner} cannot be written on the runner.`, {
        cause,
        hint: 'Check that the disk is not full.',
      });
    }
  }
}

/** On a shared volume the container's user writes these files itself, and it need not be the runner's user. */
export function openToAll(paths: readonly RunnerPath[], mode: 0o666 | 0o777): void {
  for (const path of paths)
    try {
      chmodSync(path, mode);
    } catch (error) {
      // Not ours, or not there: then the runner could not have used it either, or the container's user owns it.
      if (!isMissing(error) && !isNotPermitted(error)) throw error;
    }
}

function isMissing(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ENOENT';
}

function isNotPermitted(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'EPERM';
}

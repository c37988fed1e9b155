import type { HookContainer } from '@podhooks/hooklib';
import type { Context } from '../context.js';
import type { Pod } from '../model/kubernetes.js';
import type { ContainerPath } from '../model/paths.js';
import type { StepFile } from '../step/script.js';

/** How the work folder of the runner and that of the job pod are kept the same: one implementation for each mode. */
export interface WorkSharing {
  /** Folders that the job container creates itself, as its own user. */
  foldersToCreate(container: HookContainer): ContainerPath[];
  /**
   * From the creation of the job pod on: settles when the pod has what the runner has.
   * @param onProgress told what it is waiting for.
   * @throws HookError FILES_LOST; AbortError.
   */
  share(target: ShareTarget, onProgress: (seen: string) => void): void | Promise<void>;
  /** What a script step needs and the pod does not have. @throws HookError FILES_LOST. */
  beforeStep(step: SharedStep): StepExchange | Promise<StepExchange>;
}

export interface ShareTarget {
  /** As it was created. */
  pod: Pod;
  container: HookContainer;
  /** Whether the job container is known to run as the runner's user: then nothing need be opened to others. */
  sameUser: boolean;
  context: Context;
}

/** A script step, as far as it is about files. */
export interface SharedStep {
  pod: string;
  sameUser: boolean;
  /** What may name files and actions: its arguments, and GITHUB_ACTION_PATH. */
  texts: readonly string[];
  context: Context;
}

/** Files that travel with the step itself. */
export interface StepExchange {
  /** Written in the job container before the step starts. */
  send: readonly StepFile[];
  /** Wanted back after it. */
  results: readonly ContainerPath[];
  /** Whether what the step changes is wanted back, too: as one result more. */
  back: boolean;
  /**
   * After the step, whatever became of it.
   * @param contents of the results by index; undefined if the step did not come to its end.
   * @throws HookError FILES_LOST.
   */
  finish(contents: ReadonlyMap<number, Buffer> | undefined): void | Promise<void>;
}

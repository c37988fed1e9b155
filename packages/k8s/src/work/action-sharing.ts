import type { HookContainer } from '@podhooks/hooklib';
import type { Context } from '../context.js';
import type { RunnerPath } from '../model/paths.js';
import type { KeptBuild } from './kept-build.js';

/** How a docker action gets the files of the job, and the job those of the action: one implementation for each mode. */
export interface ActionSharing {
  /** Before there is a pod. @throws HookError FILES_LOST. */
  prepare(): void | Promise<void>;
  /** From the creation of the action's pod on: settles when the action may start. @throws HookError FILES_LOST; AbortError. */
  share(pod: string, signal: AbortSignal): void | Promise<void>;
  /** The action has ended, and its pod is still there. @throws HookError FILES_LOST. */
  takeBack(pod: string): void | Promise<void>;
  /** Whatever has become of the action. @throws HookError FILES_LOST. */
  finish(): void;
}

export interface SharedAction {
  args: HookContainer;
  /** The runner's work folder. */
  work: RunnerPath;
  /** The folder in it that holds the workspace; undefined if there is none. */
  repository: string | undefined;
  /** The job pod, if it has files of the job. */
  jobPod: { name: string; address: string | undefined } | undefined;
  /** Of a Dockerfile whose build is kept for its next use. */
  kept: KeptBuild | undefined;
  context: Context;
}

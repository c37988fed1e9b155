import { posix } from 'node:path';
import type { HookContainer } from '@podhooks/hooklib';
import { below, type RunnerPath, sourceOf, toRunner, WORK_MOUNT } from '../model/paths.js';

/** What a no-volume work folder must have; made by the container's own user, as the runner's could not write there. */
export function workFolders(container: HookContainer | null): string[] {
  const workspace =
    container?.workingDirectory == null ? undefined : below(WORK_MOUNT, container.workingDirectory);
  return ['_temp/_runner_file_commands', '_actions', '_tool', ...(workspace ? [workspace] : [])];
}

/** Those, and what the kubelet makes for mounts of sub paths. */
export function existingFolders(container: HookContainer | null): string[] {
  return ['_temp', '_temp/_github_home', '_temp/_github_workflow', ...workFolders(container)];
}

/** Folders on the volume that the job's user has to write to, whoever that is. */
export function sharedFolders(work: RunnerPath, container: HookContainer | null): RunnerPath[] {
  const home = container === null ? undefined : sourceOf(container.systemMountVolumes, '/github/home');
  const workspace =
    container?.workingDirectory == null ? undefined : toRunner(container.workingDirectory, work);
  const folders = [workspace, workspace && posix.dirname(workspace), home];
  return [
    ...['', '_temp', '_temp/_runner_file_commands', '_temp/_github_workflow', '_actions', '_tool'].map(
      (name) => posix.join(work, name),
    ),
    ...folders.flatMap((folder) => folder ?? []),
  ];
}

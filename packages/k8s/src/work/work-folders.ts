import { posix } from 'node:path';
import type { HookContainer } from '@podhooks/hooklib';
import type { Pod } from '../model/kubernetes.js';
import { below, type RunnerPath, sourceOf, toRunner, WORK_MOUNT } from '../model/paths.js';
import { WORK_VOLUME } from '../model/names.js';

/** What a novolume work folder must have; made by the container's own user, as the runner's could not write there. */
export function workFolders(container: HookContainer | null): string[] {
  const workspace =
    container?.workingDirectory == null ? undefined : below(WORK_MOUNT, container.workingDirectory);
  return ['_temp/_runner_file_commands', '_actions', '_tool', ...(workspace ? [workspace] : [])];
}

/** Those, and what the kubelet makes for the pod's mounts of sub paths: it belongs to root. */
export function existingFolders(container: HookContainer | null, { spec }: Pod): string[] {
  const mounts = [...(spec?.initContainers ?? []), ...(spec?.containers ?? [])].flatMap(
    ({ volumeMounts = [] }) => volumeMounts,
  );
  const mounted = mounts.flatMap(({ name, subPath }) =>
    name === WORK_VOLUME && subPath !== undefined ? withParents(posix.normalize(subPath)) : [],
  );
  return [...new Set([...workFolders(container), ...mounted])];
}

/** `a/b/c` -> `a`, `a/b`, `a/b/c` */
function withParents(folder: string): string[] {
  const names = folder.split('/').filter((name) => name !== '');
  return names.map((_name, index) => names.slice(0, index + 1).join('/'));
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

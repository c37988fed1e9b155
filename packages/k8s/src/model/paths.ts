import { posix } from 'node:path';
import type { MountVolume } from '@podhooks/hooklib';

declare const side: unique symbol;
/** A path as the runner's own process sees it. */
export type RunnerPath = string & { readonly [side]?: 'runner' };
/** A path as processes in the job container see it. */
export type ContainerPath = string & { readonly [side]?: 'container' };

export const WORK_MOUNT: ContainerPath = '/__w';
export const EXTERNALS_MOUNT: ContainerPath = '/__e';
export const TOOLS_MOUNT: ContainerPath = '/__t';

/** The path of `inner` below `outer`, '' if they are the same, undefined if it is not inside. */
export function below(outer: string, inner: string): string | undefined {
  const relative = posix.relative(outer, inner);
  return relative === '..' || relative.startsWith('../') ? undefined : relative;
}

/**
 * The folders of actions that a text names, as `_actions/<owner>/<repository>/<ref>`: never `.` or `..`, with which a
 * workflow would name other folders of the runner.
 */
export function actionsIn(text: string): string[] {
  const names = [...text.matchAll(/\/__w\/(_actions\/[^/\s"']+\/[^/\s"']+\/[^/\s"']+)/g)].flatMap(
    ([, name]) => name ?? [],
  );
  return names.filter((name) => posix.normalize(name) === name && !name.endsWith('/.'));
}

/** Where the runner keeps what the job container sees at `target`. */
export function sourceOf(mounts: readonly MountVolume[], target: ContainerPath): RunnerPath | undefined {
  return mounts.find((mount) => mount.targetVolumePath === target)?.sourceVolumePath ?? undefined;
}

/** The runner's path of a file in the work folder of the job container; undefined for other paths. */
export function toRunner(path: ContainerPath, work: RunnerPath): RunnerPath | undefined {
  const relative = below(WORK_MOUNT, path);
  return relative === undefined ? undefined : posix.join(work, relative);
}

/** The job container's path of a file in the runner's work folder; undefined for other paths. */
export function toContainer(path: RunnerPath, work: RunnerPath): ContainerPath | undefined {
  const relative = below(work, path);
  return relative === undefined ? undefined : posix.join(WORK_MOUNT, relative);
}

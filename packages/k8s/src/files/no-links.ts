/**
 * The only way to files that the code of a job can replace at any time: below the work folder on a shared volume, and what
 * came back from there. A link could lead the hook to the runner's own files, a pipe could hold it for ever. So nothing is
 * done by path: a file is opened without following its last name, and the descriptor says where it really lies.
 * Synchronous: for few small files, threads cost more than the reading.
 */
import { randomBytes } from 'node:crypto';
import {
  closeSync,
  constants,
  fchmodSync,
  fstatSync,
  mkdirSync,
  openSync,
  readFileSync,
  readlinkSync,
  realpathSync,
  renameSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { HookError } from '@podhooks/hooklib';
import { below, type RunnerPath } from '../model/paths.js';
import { errorCode, isMissing } from './io-error.js';

const { O_CREAT, O_DIRECTORY, O_EXCL, O_NOFOLLOW, O_NONBLOCK, O_RDONLY, O_WRONLY } = constants;

/** A file or folder by its path in `root`, which itself is trusted: it may be a link. */
export interface Place {
  root: RunnerPath;
  path: RunnerPath;
}

/**
 * Calls `use` with the descriptor of a regular file or folder, and its kind.
 * @throws HookError FILES_LOST for links, pipes and devices; Error of the kernel, such as ENOENT.
 */
export function withPlace<T>(place: Place, use: (descriptor: number, kind: 'file' | 'folder') => T): T {
  const descriptor = openPlace(place, O_RDONLY);
  try {
    return use(descriptor, fstatSync(descriptor).isFile() ? 'file' : 'folder');
  } finally {
    closeSync(descriptor);
  }
}

/**
 * Whether only files and folders lie on the way to a file, which may be missing, as may folders above it.
 * @throws as withPlace.
 */
export function checkPlace({ root, path }: Place): void {
  try {
    withPlace({ root, path }, () => undefined);
  } catch (error) {
    if (!isMissing(error) || !below(root, path)) throw error;
    checkPlace({ root, path: dirname(path) });
  }
}

/** The content of a regular file; undefined for a folder. @throws as withPlace. */
export function readPlace(place: Place): Buffer | undefined {
  return withPlace(place, (descriptor, kind) => (kind === 'file' ? readFileSync(descriptor) : undefined));
}

/** @throws as withPlace. */
export function chmodPlace(place: Place, mode: { file: number; folder: number }): void {
  withPlace(place, (descriptor, kind) => fchmodSync(descriptor, mode[kind]));
}

/**
 * Gives a file this content, and the folders above it, or leaves it as it was: on a full disk, too, nobody finds half of it.
 * @throws as withPlace.
 */
export function replacePlace({ root, path }: Place, content: Buffer): void {
  const folder = openFolder({ root, path: dirname(path) });
  const at = (name: string) => `/proc/self/fd/${folder}/${name}`;
  const part = at(`.${basename(path)}.${randomBytes(4).toString('hex')}.part`);
  try {
    const descriptor = openSync(part, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, 0o644);
    try {
      try {
        writeFileSync(descriptor, content);
      } finally {
        closeSync(descriptor);
      }
      renameSync(part, at(basename(path)));
    } catch (error) {
      unlinkSync(part);
      throw error;
    }
  } finally {
    closeSync(folder);
  }
}

/** Removes what withPlace refuses: the link or the pipe itself, be it the last name of the path or a folder's. */
export function removePlace({ root, path }: Place): void {
  if (!below(root, path)) return;
  const parent = { root, path: dirname(path) };
  let folder: number;
  try {
    folder = openPlace(parent, O_RDONLY | O_DIRECTORY);
  } catch {
    removePlace(parent);
    return;
  }
  try {
    unlinkSync(`/proc/self/fd/${folder}/${basename(path)}`);
  } finally {
    closeSync(folder);
  }
}

/** A folder, created with those above it where they are missing. */
function openFolder({ root, path }: Place): number {
  try {
    return openPlace({ root, path }, O_RDONLY | O_DIRECTORY);
  } catch (error) {
    if (!isMissing(error) || path === root) throw error;
  }
  const parent = openFolder({ root, path: dirname(path) });
  try {
    mkdirSync(`/proc/self/fd/${parent}/${basename(path)}`);
  } catch (error) {
    if (errorCode(error) !== 'EEXIST') throw error;
  } finally {
    closeSync(parent);
  }
  return openPlace({ root, path }, O_RDONLY | O_DIRECTORY);
}

const realRoots = new Map<RunnerPath, string>();

/** Where a root really lies; asked once, since each question is a call of the kernel for every folder above it. */
function realRoot(root: RunnerPath): string {
  const known = realRoots.get(root) ?? realpathSync.native(root);
  realRoots.set(root, known);
  return known;
}

function openPlace({ root, path }: Place, flags: number): number {
  const relative = below(root, path);
  if (relative === undefined) throw refused(path, `it is outside of ${root}`);
  const descriptor = open(relative === '' ? realRoot(root) : path, flags);
  try {
    const info = fstatSync(descriptor);
    if (!info.isFile() && !info.isDirectory()) throw refused(path, 'it is neither a file nor a folder');
    const real = readlinkSync(`/proc/self/fd/${descriptor}`);
    if (real !== join(realRoot(root), relative)) throw refused(path, `links lead to ${real}`);
    return descriptor;
  } catch (error) {
    closeSync(descriptor);
    throw error;
  }
}

/** A pipe without a writer is opened at once; a socket, or a pipe to write to, is not opened at all (ENXIO). */
function open(path: RunnerPath, flags: number): number {
  try {
    return openSync(path, flags | O_NOFOLLOW | O_NONBLOCK);
  } catch (error) {
    const code = errorCode(error);
    if (code === 'ELOOP') throw refused(path, 'it is a symbolic link');
    if (code === 'ENXIO') throw refused(path, 'it is neither a file nor a folder');
    throw error;
  }
}

function refused(path: RunnerPath, why: string): HookError {
  return new HookError('FILES_LOST', `${path} on the runner was not touched: ${why}.`, {
    hint: 'Find the step of the job that has put it there, and keep it from doing so.',
  });
}

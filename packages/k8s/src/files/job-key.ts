// Synchronous: a step reads 32 bytes, for which the threads of the other way cost more than the reading.
import { createHash, randomBytes } from 'node:crypto';
import {
  closeSync,
  constants,
  fstatSync,
  openSync,
  readFileSync,
  realpathSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { HookError } from '@podhooks/hooklib';
import { below, type RunnerPath } from '../pod/paths.js';

const KEY_BYTES = 32;
const { O_CREAT, O_EXCL, O_NOFOLLOW, O_NONBLOCK, O_RDONLY, O_WRONLY } = constants;

/** Whose key it is: runners that share a home folder must not share keys. */
export interface KeyOwner {
  /** Name of the runner pod. */
  runner: string | undefined;
  /** The runner's work folder, which steps can write to: no key is taken from there. */
  work: RunnerPath | undefined;
}

/**
 * Creates the key of a job, in place of that of any job before: a state that an earlier job left is worth nothing now.
 * @param isShared whether another pod can mount a folder.
 * @throws HookError SETTINGS_INVALID if there is no place that steps cannot reach.
 */
export function createJobKey(owner: KeyOwner, isShared: (folder: RunnerPath) => boolean): Buffer {
  removeJobKey(owner);
  const key = randomBytes(KEY_BYTES);
  const refusals: string[] = [];
  for (const folder of folders()) {
    const why = isShared(realPath(folder)) ? 'other pods can mount it' : unsafe(folder, owner);
    if (why === undefined)
      try {
        write(fileIn(folder, owner), key);
        return key;
      } catch (error) {
        refusals.push(`${folder} (${message(error)})`);
      }
    else refusals.push(`${folder} (${why})`);
  }
  throw new HookError(
    'SETTINGS_INVALID',
    `The hook has no place for the key of the job: ${refusals.join(', ')}.`,
    {
      hint: 'Mount an emptyDir at /tmp in the runner container: it must be writable, and no part of the work folder.',
    },
  );
}

/**
 * The key of the running job, or why there is none. Two keys are none: one of them lies where the job's steps have put it.
 */
export function readJobKey(owner: KeyOwner): Buffer | string {
  const places = folders();
  const found = places.flatMap((folder) => {
    const file = fileIn(folder, owner);
    const key = read(file);
    return key === undefined || unsafe(folder, owner) !== undefined ? [] : [{ file, key }];
  });
  const [first, second] = found;
  if (first === undefined) return `there is no key of the job in ${places.join(' or ')}`;
  if (second !== undefined) return `there are two keys of the job: ${first.file} and ${second.file}`;
  return first.key;
}

export function removeJobKey(owner: KeyOwner): void {
  for (const folder of folders())
    try {
      unlinkSync(fileIn(folder, owner));
    } catch {
      // What cannot be removed cannot be replaced either: createJobKey says why.
    }
}

function folders(): RunnerPath[] {
  return [...new Set([home(), tmpdir()].flatMap((folder) => folder ?? []))];
}

/** There is none for a user without an entry in /etc/passwd and without HOME. */
function home(): RunnerPath | undefined {
  try {
    return homedir();
  } catch {
    return undefined;
  }
}

function unsafe(folder: RunnerPath, { work }: KeyOwner): string | undefined {
  return work !== undefined && below(realPath(work), realPath(folder)) !== undefined
    ? 'it is in the work folder'
    : undefined;
}

function fileIn(folder: RunnerPath, { runner = '', work = '' }: KeyOwner): RunnerPath {
  const name = createHash('sha256').update(`${runner}\0${work}`).digest('hex').slice(0, 16);
  return join(folder, `.podhooks-${name}`);
}

function write(file: RunnerPath, key: Buffer): void {
  const descriptor = openSync(file, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, 0o600);
  try {
    writeFileSync(descriptor, key);
  } finally {
    closeSync(descriptor);
  }
}

/** Undefined unless it is just as createJobKey leaves it. */
function read(file: RunnerPath): Buffer | undefined {
  let descriptor: number;
  try {
    descriptor = openSync(file, O_RDONLY | O_NOFOLLOW | O_NONBLOCK);
  } catch {
    return undefined;
  }
  try {
    const { mode, uid, size } = fstatSync(descriptor);
    const isOwn = mode === (constants.S_IFREG | 0o600) && uid === process.geteuid?.() && size === KEY_BYTES;
    return isOwn ? readFileSync(descriptor) : undefined;
  } finally {
    closeSync(descriptor);
  }
}

function realPath(path: RunnerPath): RunnerPath {
  try {
    return realpathSync.native(path);
  } catch {
    return path;
  }
}

function message(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

// Synchronous: a step reads one small file, for which threads cost more than the reading.
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
import { isMap, type JsonMap } from '../json.js';
import { below, type RunnerPath } from '../model/paths.js';

const KEY_BYTES = 32;
const { O_CREAT, O_EXCL, O_NOFOLLOW, O_NONBLOCK, O_RDONLY, O_WRONLY } = constants;

/** What no process in a pod may read or change: it stays in the runner container, outside of the work folder. */
export interface JobSecrets {
  /** Signs the state of the job. */
  key: Buffer;
  /** `env:` of the job container, for every step. In the pod, a process that a step left behind could rewrite it. */
  environment: Readonly<Record<string, string>>;
}

/** Whose secrets they are: runners that share a home folder must not share them. */
export interface SecretsOwner {
  /** Name of the runner pod. */
  runner: string | undefined;
  /** The runner's work folder, which steps can write to: nothing is taken from there. */
  work: RunnerPath | undefined;
}

/**
 * Stores the secrets of a job with a new key, in place of those of any job before: a state that an earlier job left is
 * worth nothing now.
 * @param isShared whether another pod can mount a folder.
 * @throws HookError SETTINGS_INVALID if there is no place that steps cannot reach.
 */
export function createJobSecrets(
  owner: SecretsOwner,
  environment: JobSecrets['environment'],
  isShared: (folder: RunnerPath) => boolean,
): JobSecrets {
  removeJobSecrets(owner);
  const secrets = { key: randomBytes(KEY_BYTES), environment };
  const refusals: string[] = [];
  for (const folder of folders()) {
    const why = isShared(realPath(folder)) ? 'other pods can mount it' : unsafe(folder, owner);
    if (why === undefined)
      try {
        write(fileIn(folder, owner), secrets);
        return secrets;
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
 * The secrets of the running job, or why there are none. Two files are none: one of them lies where the job's steps have
 * put it.
 */
export function readJobSecrets(owner: SecretsOwner): JobSecrets | string {
  const places = folders();
  const found = places.flatMap((folder) => {
    const file = fileIn(folder, owner);
    const secrets = read(file);
    return secrets === undefined || unsafe(folder, owner) !== undefined ? [] : [{ file, secrets }];
  });
  const [first, second] = found;
  if (first === undefined) return `there is no key of the job in ${places.join(' or ')}`;
  if (second !== undefined) return `there are two keys of the job: ${first.file} and ${second.file}`;
  return first.secrets;
}

export function removeJobSecrets(owner: SecretsOwner): void {
  for (const folder of folders())
    try {
      unlinkSync(fileIn(folder, owner));
    } catch {
      // What cannot be removed cannot be replaced either: createJobSecrets says why.
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

function unsafe(folder: RunnerPath, { work }: SecretsOwner): string | undefined {
  return work !== undefined && below(realPath(work), realPath(folder)) !== undefined
    ? 'it is in the work folder'
    : undefined;
}

function fileIn(folder: RunnerPath, { runner = '', work = '' }: SecretsOwner): RunnerPath {
  const name = createHash('sha256').update(`${runner}\0${work}`).digest('hex').slice(0, 16);
  return join(folder, `.podhooks-${name}`);
}

/** The bytes of the key, then the environment as JSON. */
function write(file: RunnerPath, { key, environment }: JobSecrets): void {
  const descriptor = openSync(file, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, 0o600);
  try {
    writeFileSync(descriptor, Buffer.concat([key, Buffer.from(JSON.stringify(environment))]));
  } finally {
    closeSync(descriptor);
  }
}

/** Undefined unless it is just as createJobSecrets leaves it. */
function read(file: RunnerPath): JobSecrets | undefined {
  let descriptor: number;
  try {
    descriptor = openSync(file, O_RDONLY | O_NOFOLLOW | O_NONBLOCK);
  } catch {
    return undefined;
  }
  try {
    const { mode, uid, size } = fstatSync(descriptor);
    if (mode !== (constants.S_IFREG | 0o600) || uid !== process.geteuid?.() || size < KEY_BYTES)
      return undefined;
    const content = readFileSync(descriptor);
    const environment = environmentOf(content.subarray(KEY_BYTES).toString());
    return environment && { key: content.subarray(0, KEY_BYTES), environment };
  } finally {
    closeSync(descriptor);
  }
}

function environmentOf(text: string): JobSecrets['environment'] | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return isMap(value) && hasTextsOnly(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

function hasTextsOnly(map: JsonMap): map is Readonly<Record<string, string>> {
  return Object.values(map).every((value) => typeof value === 'string');
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

// Not node:fs/promises: what is planned with this is pure, and asks for one file after the other.
import { fstatSync, lstatSync, readdirSync, readFileSync, readSync } from 'node:fs';
import { posix } from 'node:path';
import { HookError } from '@podhooks/hooklib';
import type { BuildContext } from '../dockerfile/model.js';
import type { DockerfileSource } from '../dockerfile/plan.js';
import { isMissing } from '../files/io-error.js';
import { withPlace } from '../files/no-links.js';
import { below, type RunnerPath } from '../model/paths.js';
import type { WorkMode } from '../model/work-mode.js';
import { isAction } from '../work/actions.js';

/** As much as tells archives from other files. */
const HEAD_BYTES = 512;

/** Of a Dockerfile or .dockerignore. The memory is that of the runner's container. */
const MAX_BYTES = 256 * 1024;

/** What the runner has of a Dockerfile, and of the folder around it. @throws HookError STEP_INVALID, UNSUPPORTED, FILES_LOST. */
export function readDockerfile(
  dockerfile: RunnerPath,
  work: RunnerPath,
  mode: WorkMode,
): Omit<DockerfileSource, 'architecture'> & { folder: RunnerPath } {
  const folder = posix.dirname(dockerfile);
  const root = trustedRoot(folder, work, mode);
  const read = (path: RunnerPath) => textOf(root, path);
  const text = read(dockerfile);
  if (text === undefined)
    throw new HookError('STEP_INVALID', `The action cannot be built: there is no file ${dockerfile}.`, {
      hint: 'Correct `runs.image` in the action.yml. The files of a local action come with actions/checkout.',
    });
  const ignore = read(`${dockerfile}.dockerignore`) ?? read(posix.join(folder, '.dockerignore'));
  return { text, ignore, folder, context: new FolderContext(root, folder) };
}

/** The runner may link an action to its cache. Where steps can write to its disk, a link may be theirs, and leads nowhere. */
function trustedRoot(folder: RunnerPath, work: RunnerPath, mode: WorkMode): RunnerPath {
  const parts = (below(work, folder) ?? '').split('/');
  const linked =
    mode === 'volume'
      ? undefined
      : parts
          .map((_, index) => parts.slice(0, index + 1).join('/'))
          .find((name) => isAction(work, name) && lstatSync(posix.join(work, name)).isSymbolicLink());
  return linked === undefined ? work : posix.join(work, linked);
}

function textOf(root: RunnerPath, path: RunnerPath): string | undefined {
  try {
    return withPlace({ root, path }, (descriptor, kind) => {
      if (kind === 'folder') return undefined;
      const { size } = fstatSync(descriptor);
      if (size <= MAX_BYTES) return readFileSync(descriptor, 'utf8');
      throw new HookError(
        'UNSUPPORTED',
        `The action cannot be built: ${path} has ${size} bytes, and no more than ${MAX_BYTES} are supported.`,
        { hint: 'Move what is large into files beside it, which COPY brings.' },
      );
    });
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw error;
  }
}

class FolderContext implements BuildContext {
  constructor(
    private readonly root: RunnerPath,
    private readonly folder: RunnerPath,
  ) {}

  /** A link is copied as what it is, and asked for nothing. */
  kind(path: string): 'file' | 'folder' | undefined {
    try {
      return this.open(posix.dirname(path), (folder) =>
        lstatSync(`/proc/self/fd/${folder}/${posix.basename(path)}`).isDirectory() ? 'folder' : 'file',
      );
    } catch (error) {
      if (isMissing(error)) return undefined;
      throw error;
    }
  }

  list(folder: string): string[] {
    return this.open(folder, (descriptor) => readdirSync(`/proc/self/fd/${descriptor}`)).sort();
  }

  head(file: string): Buffer {
    const head = Buffer.alloc(HEAD_BYTES);
    return this.open(file, (descriptor, kind) =>
      kind === 'file' ? head.subarray(0, readSync(descriptor, head)) : head.subarray(0, 0),
    );
  }

  private open<T>(path: string, use: (descriptor: number, kind: 'file' | 'folder') => T): T {
    return withPlace({ root: this.root, path: posix.join(this.folder, path) }, use);
  }
}

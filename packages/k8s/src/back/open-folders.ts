import {
  closeSync,
  constants,
  fchmodSync,
  fstatSync,
  lstatSync,
  mkdirSync,
  openSync,
  readdirSync,
  realpathSync,
  rmdirSync,
  unlinkSync,
} from 'node:fs';
import { errorCode, isMissing } from '../files/io-error.js';
import type { RunnerPath } from '../model/paths.js';
import { type ByteName, inFolder } from '../agent/byte-name.js';

const { O_DIRECTORY, O_NOFOLLOW, O_RDONLY } = constants;

interface Level {
  name: ByteName;
  descriptor: number;
}

/**
 * Folders of a tree, each opened from the one above it without following a link, and held open down to the one that was used
 * last: entries come folder by folder. So nothing is reached through a link, whoever has put it there and when.
 */
export class OpenFolders {
  private readonly root: number;
  private readonly levels: Level[] = [];

  /** @param path is trusted: it may be a link. */
  constructor(path: RunnerPath) {
    this.root = openSync(realpathSync.native(path), O_RDONLY | O_DIRECTORY);
  }

  close(): void {
    this.leave(0);
    closeSync(this.root);
  }

  /**
   * The descriptor of a folder; valid until the next call. With `create`, folders that are missing are created, and what
   * stands in the place of one is removed, but not in the first place: that one may be the administrator's link.
   * @throws Error of the kernel.
   */
  enter(place: readonly ByteName[], create: boolean): number {
    let depth = 0;
    while (depth < this.levels.length && this.levels[depth]?.name === place[depth]) depth++;
    this.leave(depth);
    for (const name of place.slice(depth)) {
      const parent = this.levels.at(-1)?.descriptor ?? this.root;
      const descriptor = create
        ? openOrCreate(parent, name, this.levels.length > 0)
        : openFolder(parent, name);
      this.levels.push({ name, descriptor });
    }
    return this.levels.at(-1)?.descriptor ?? this.root;
  }

  /** Removes an entry and all that is in it, without following links. */
  remove(folder: readonly ByteName[], name: ByteName): void {
    removeFrom(this.enter(folder, false), name);
    this.leave(folder.length);
  }

  private leave(depth: number): void {
    for (const { descriptor } of this.levels.splice(depth)) closeSync(descriptor);
  }
}

function openFolder(parent: number, name: ByteName): number {
  return openSync(inFolder(parent, name), O_RDONLY | O_DIRECTORY | O_NOFOLLOW);
}

function openOrCreate(parent: number, name: ByteName, mayReplace: boolean): number {
  try {
    return openFolder(parent, name);
  } catch (error) {
    if (!isMissing(error)) {
      if (!mayReplace || !isNoFolder(error)) throw error;
      unlinkSync(inFolder(parent, name));
    }
  }
  mkdirSync(inFolder(parent, name), 0o777);
  return openFolder(parent, name);
}

/** The kernel's answer for a link or a file where a folder was wanted. */
function isNoFolder(error: unknown): boolean {
  return ['ENOTDIR', 'ELOOP'].includes(errorCode(error) ?? '');
}

function removeFrom(parent: number, name: ByteName): void {
  const path = inFolder(parent, name);
  if (!isFolder(path)) {
    unlinkSync(path);
    return;
  }
  const folder = openFolder(parent, name);
  try {
    if ((fstatSync(folder).mode & 0o700) !== 0o700) fchmodSync(folder, 0o700);
    for (const child of childrenOf(folder)) removeFrom(folder, child);
  } finally {
    closeSync(folder);
  }
  rmdirSync(path);
}

/** Whether an entry is a folder itself, and no link to one. */
export function isFolder(path: string | Buffer): boolean {
  return lstatSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;
}

export function childrenOf(folder: number): ByteName[] {
  return readdirSync(`/proc/self/fd/${folder}`, { encoding: 'latin1' });
}

import { fchmodSync, fstatSync, futimesSync } from 'node:fs';
import type { ByteName } from '../agent/byte-name.js';
import type { OpenFolders } from './open-folders.js';

/** What is remembered until it is set: an archive may have a million folders, with paths of 4 KiB. */
const MOST_FOLDERS = 10_000;
const MOST_BYTES = 4 * 1024 * 1024;

interface Late {
  /** Undefined for a folder that was there before: its mode stays. */
  mode: number | undefined;
  seconds: number;
}

/**
 * Modes and times of folders, which are set when everything has been put into them. Beyond the limits they are set at once, and
 * again when something is put into such a folder later.
 */
export class LateFolders {
  /** By the path from the work folder. */
  private readonly folders = new Map<string, Late>();
  private bytes = 0;

  constructor(private readonly open: OpenFolders) {}

  /** Too much to remember. */
  get isFull(): boolean {
    return this.folders.size >= MOST_FOLDERS || this.bytes >= MOST_BYTES;
  }

  /** The folder has come from the pod. */
  came(place: readonly ByteName[], mode: number, seconds: number): void {
    this.set(place.join('/'), { mode, seconds });
  }

  /** Something is about to be put into the folder: the pod's may be as it was, with a file in it changed. */
  changes(place: readonly ByteName[], descriptor: number): void {
    const key = place.join('/');
    if (!this.folders.has(key))
      this.set(key, { mode: undefined, seconds: fstatSync(descriptor).mtimeMs / 1000 });
  }

  /** Sets everything, and forgets it. @param attempt is given each folder's path and what sets it. */
  settle(attempt: (path: ByteName, action: () => void) => void): void {
    for (const [path, { mode, seconds }] of this.folders)
      attempt(path, () => {
        const descriptor = this.open.enter(path.split('/'), false);
        // The hook goes on writing in there.
        if (mode !== undefined) fchmodSync(descriptor, (mode & 0o777) | 0o700);
        futimesSync(descriptor, seconds, seconds);
      });
    this.folders.clear();
    this.bytes = 0;
  }

  private set(key: string, late: Late): void {
    if (!this.folders.has(key)) this.bytes += key.length;
    this.folders.set(key, late);
  }
}

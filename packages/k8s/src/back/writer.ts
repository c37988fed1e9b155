import { randomBytes } from 'node:crypto';
import {
  closeSync,
  constants,
  fchmodSync,
  futimesSync,
  lutimesSync,
  openSync,
  renameSync,
  symlinkSync,
  unlinkSync,
  writeSync,
} from 'node:fs';
import { errorCode, isMissing } from '../files/io-error.js';
import { type ByteName, inFolder } from '../agent/byte-name.js';
import { MOST_ENTRIES } from '../agent/format.js';
import { LateFolders } from './late-folders.js';
import type { LeftOut } from './left-out.js';
import { childrenOf, isFolder, OpenFolders } from './open-folders.js';
import { type Bounds, isShared, isWorkspace, placeOf, staysInside } from '../agent/placing.js';
import type { TarEntry, TarSink } from './tar-reader.js';

const { O_CREAT, O_EXCL, O_NOFOLLOW, O_WRONLY } = constants;

/** Nothing that comes afterwards would fare better. */
const PERMANENT = ['ENOSPC', 'EDQUOT', 'EROFS', 'EIO', 'EMFILE', 'ENFILE'];
/** Times beyond, of hostile archives, are none that the kernel takes. */
const LATEST = 2 ** 33;

export interface WriterOptions extends Bounds {
  /** Of file content, altogether. */
  maxBytes: number;
  maxEntries?: number;
  leftOut: LeftOut;
}

interface OpenFile {
  descriptor: number;
  folder: ByteName[];
  part: ByteName;
  entry: TarEntry;
  name: ByteName;
}

/**
 * Puts what comes from a pod into the runner's work folder. All of it may be hostile: what does not belong into the workspace
 * or `_temp` is left out and named. A file appears when it is whole, and not before.
 */
export class WorkWriter implements TarSink {
  /** The last entry that is in place; undefined before the first. */
  last: ByteName | undefined;
  private readonly folders: OpenFolders;
  private readonly partName = `.podhooks-${randomBytes(8).toString('hex')}-`;
  private parts = 0;
  private file: OpenFile | undefined;
  private bytesLeft: number;
  private entriesLeft: number;
  private readonly late: LateFolders;

  constructor(private readonly options: WriterOptions) {
    this.folders = new OpenFolders(options.work);
    this.late = new LateFolders(this.folders);
    this.bytesLeft = options.maxBytes;
    this.entriesLeft = options.maxEntries ?? MOST_ENTRIES;
  }

  entry(entry: TarEntry): void {
    const place = this.admitted(entry);
    if (place !== undefined) this.orLeaveOut(entry.name, () => this.put(entry, place));
    if (this.file === undefined) this.last = entry.name;
  }

  data(bytes: Buffer): void {
    const { file } = this;
    if (file === undefined) return;
    for (let done = 0; done < bytes.length;) done += writeSync(file.descriptor, bytes, done);
  }

  end(): void {
    const { file } = this;
    if (file === undefined) return;
    this.file = undefined;
    const { descriptor, entry, folder, name, part } = file;
    this.last = entry.name;
    try {
      fchmodSync(descriptor, entry.mode & 0o777);
      futimesSync(descriptor, ...times(entry));
    } finally {
      closeSync(descriptor);
    }
    this.orLeaveOut(entry.name, () => this.replace(folder, part, name));
  }

  /** What a folder of the pod holds now: everything else is removed from it on the runner. */
  keepOnly(folder: ByteName, children: ReadonlySet<ByteName>): void {
    this.orLeaveOut(folder, () => {
      const place = placeOf(folder, this.options);
      if (typeof place === 'string' || isShared(place)) return;
      for (const child of childrenOf(this.folders.enter(place, false)))
        if (!children.has(child)) this.removeFrom(place, child);
    });
  }

  /** What is gone from the pod. */
  remove(name: ByteName): void {
    this.orLeaveOut(name, () => {
      const place = placeOf(name, this.options);
      if (typeof place !== 'string' && place.length > 1)
        this.removeFrom(place.slice(0, -1), place.at(-1) ?? '');
    });
  }

  /** The connection is lost: another archive goes on behind `last`. */
  dropPart(): void {
    const { file } = this;
    this.file = undefined;
    if (file === undefined) return;
    closeSync(file.descriptor);
    this.bytesLeft += file.entry.size;
    unlinkSync(inFolder(this.folders.enter(file.folder, false), file.part));
  }

  /** Sets what belongs to folders, and lets go of everything. */
  close(): void {
    try {
      this.dropPart();
      this.settleFolders();
    } finally {
      this.folders.close();
    }
  }

  /** The place of an entry that may be put there. */
  private admitted(entry: TarEntry): ByteName[] | undefined {
    const place = placeOf(entry.name, this.options);
    const reason =
      typeof place === 'string'
        ? place
        : (this.refusal(entry, place) ?? (this.entriesLeft-- > 0 ? undefined : 'there are too many'));
    if (reason === undefined && typeof place !== 'string') return place;
    this.options.leftOut.add(reason ?? '', entry.name);
    return undefined;
  }

  private refusal({ kind, size, target, letter }: TarEntry, place: ByteName[]): string | undefined {
    if (kind === 'other') return KINDS[letter] ?? `it is of the unknown kind "${letter}"`;
    if (kind !== 'folder' && place.length === 1) return 'it stands in the place of a folder of the runner';
    if (kind === 'symlink' && !staysInside(place, target, this.options))
      return 'the link leads out of the workspace';
    if (kind === 'file' && size > this.bytesLeft)
      return 'it is larger than what is left of files.back.budgetMb';
    return undefined;
  }

  private put(entry: TarEntry, place: ByteName[]): void {
    if (this.late.isFull) this.settleFolders();
    const folder = place.slice(0, -1);
    const name = place.at(-1) ?? '';
    const descriptor = this.folders.enter(folder, true);
    if (folder.length > 0) this.late.changes(folder, descriptor);
    if (entry.kind === 'folder') {
      this.folders.enter(place, true);
      const [seconds] = times(entry);
      this.late.came(place, entry.mode, seconds);
      return;
    }
    const part = `${this.partName}${this.parts++}.part`;
    const path = inFolder(descriptor, part);
    if (entry.kind === 'symlink') {
      symlinkSync(Buffer.from(entry.target, 'latin1'), path);
      lutimesSync(path, ...times(entry));
      this.replace(folder, part, name);
      return;
    }
    this.file = {
      descriptor: openSync(path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, 0o600),
      folder,
      part,
      entry,
      name,
    };
    this.bytesLeft -= entry.size;
  }

  private settleFolders(): void {
    this.late.settle((path, action) => this.orLeaveOut(path, action));
  }

  /** Gives a part its name; a folder that has it is removed. */
  private replace(folder: ByteName[], part: ByteName, name: ByteName): void {
    const descriptor = this.folders.enter(folder, false);
    const [from, to] = [inFolder(descriptor, part), inFolder(descriptor, name)];
    try {
      try {
        renameSync(from, to);
      } catch (error) {
        if (!isFolder(to)) throw error;
        this.removeFrom(folder, name);
        renameSync(from, to);
      }
    } catch (error) {
      unlinkSync(from);
      throw error;
    }
  }

  private removeFrom(folder: readonly ByteName[], name: ByteName): void {
    const place = [...folder, name];
    if (!isWorkspace(place, this.options)) this.folders.remove(folder, name);
    else for (const child of childrenOf(this.folders.enter(place, false))) this.folders.remove(place, child);
  }

  /** @throws what ends it all, such as a full disk. */
  private orLeaveOut(name: ByteName, action: () => void): void {
    try {
      action();
    } catch (error) {
      const code = errorCode(error);
      if (code === undefined || PERMANENT.includes(code)) throw error;
      // What is not there need not be removed.
      if (!isMissing(error)) this.options.leftOut.add(`the runner's kernel answers ${code}`, name);
    }
  }
}

const KINDS: Readonly<Record<string, string>> = {
  '1': 'it is a hard link',
  '3': 'it is a device',
  '4': 'it is a device',
  '6': 'it is a pipe',
  S: 'it is a sparse file',
};

function times({ mtime }: TarEntry): [number, number] {
  const seconds = Math.min(mtime, LATEST);
  return [seconds, seconds];
}

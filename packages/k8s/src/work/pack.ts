// Synchronous, but for large files: threads make a tree of small files 25 times as slow to read.
import {
  createReadStream,
  existsSync,
  fstatSync,
  lstatSync,
  openSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  realpathSync,
} from 'node:fs';
import { join } from 'node:path';
import { Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { type Pack, pack } from 'tar-stream';
import type { LeftOut } from '../back/left-out.js';
import { errorCode, isMissing } from '../files/io-error.js';
import type { RunnerPath } from '../model/paths.js';
import { isAction } from './actions.js';

/** Folders of the work folder that are of no use in the pod: the runner's own, and what each step brings itself. */
const LEFT_OUT = new Set([
  '_temp/_runner_hook_responses',
  '_temp/_runner_file_commands',
  '_temp/_podhooks',
  '_update',
  '_PipelineMapping',
]);

/** A message of the size of one tar header would cost as much as one of this size. */
const PIECE_BYTES = 256 * 1024;

/** They are kept until they are in place. */
const PART_ITEMS = 5_000;
const HEADER_BYTES = 512;

/** What stands in a text for bytes that are not UTF-8. */
const UNKNOWN = '\ufffd';
const NOT_UTF8 = 'its name, or the target of the link, is not UTF-8';

/** What tar-stream takes of a header; its types do not export it. */
type Header = Exclude<Parameters<Pack['entry']>[0], string>;

/** An entry of an archive, and where its content is read from. */
export interface Item {
  header: Header;
  source: string;
}

/** Which entries of the work folder travel. */
export interface Choice {
  work: RunnerPath;
  /** Files and folders, relative to the work folder; '' for all of it. */
  names: readonly string[];
  /** Folders that the pod has anyway, and that may belong to another user there. */
  existing: readonly string[];
}

/** Whether there is any file that a pod would need. */
export function hasFiles(choice: Choice, leftOut: LeftOut): boolean {
  for (const { header } of itemsOf(choice, leftOut)) if (header.type !== 'directory') return true;
  return false;
}

/**
 * Files, links and folders with names as in the work folder, as they are found. Folders come with the files in them, so only
 * empty ones are entries of their own, and `existing` ones none at all. What is not UTF-8 is left out: the format holds no
 * other text. So is what may not be read; what vanishes meanwhile is not missed.
 */
export function* itemsOf({ work, names, existing }: Choice, leftOut: LeftOut): Generator<Item> {
  for (const name of names) {
    const items =
      name === ''
        ? within({ work, name, path: work }, leftOut)
        : entry({ work, name, path: join(work, name) }, leftOut);
    for (const item of items)
      if (item.header.type !== 'directory' || !existing.includes(item.header.name)) yield item;
  }
}

interface Named {
  work: RunnerPath;
  /** Relative to the work folder. */
  name: string;
  path: string;
}

function* within({ work, name, path }: Named, leftOut: LeftOut): Generator<Item> {
  for (const { child, exact } of childrenOf(path)) {
    const childName = name === '' ? child : `${name}/${child}`;
    if (!exact) leftOut.add(NOT_UTF8, Buffer.from(childName).toString('latin1'));
    else if (!LEFT_OUT.has(childName))
      yield* entry({ work, name: childName, path: join(path, child) }, leftOut);
  }
}

function* entry({ work, name, path }: Named, leftOut: LeftOut): Generator<Item> {
  const found = readable(name, leftOut, () => lstatSync(path));
  const source = found?.isSymbolicLink() === true && isAction(work, name) ? target(path) : path;
  const info = source === path ? found : lstatSync(source);
  if (info === undefined) return;
  const common = { name, mode: openMode(info.mode), mtime: info.mtime };
  if (info.isDirectory()) {
    const isEmpty = readable(name, leftOut, () => readdirSync(source).length === 0);
    if (isEmpty === true) yield { header: { ...common, type: 'directory' }, source };
    if (isEmpty === false) yield* within({ work, name, path: source }, leftOut);
  } else if (info.isSymbolicLink()) {
    const linkname = readlinkSync(source);
    if (is(linkname)(readlinkSync(source, 'buffer')))
      yield { header: { ...common, type: 'symlink', linkname }, source };
    else leftOut.add(NOT_UTF8, Buffer.from(name).toString('latin1'));
  } else if (info.isFile()) yield { header: { ...common, type: 'file', size: info.size }, source };
}

/** Items in groups of a bounded size, each of which becomes an archive. A file that is larger is a group of its own. */
export function* partsOf(items: Iterable<Item>, maxBytes: () => number): Generator<Item[]> {
  let part: Item[] = [];
  let bytes = 0;
  for (const item of items) {
    const size = HEADER_BYTES + (item.header.size ?? 0);
    if (part.length > 0 && (bytes + size > maxBytes() || part.length === PART_ITEMS)) {
      yield part;
      part = [];
      bytes = 0;
    }
    part.push(item);
    bytes += size;
  }
  if (part.length > 0) yield part;
}

/** Items as one tar stream, in pieces of a size that is worth sending. Reading it is what drives it: little is kept in memory. */
export async function* packItems(items: readonly Item[], leftOut: LeftOut): AsyncGenerator<Buffer> {
  const tar = pack();
  const fill = async () => {
    for (const item of items) await add(tar, item, leftOut);
    tar.finalize();
  };
  fill().catch((error: unknown) => tar.destroy(error instanceof Error ? error : new Error(String(error))));
  // Not `for await`: who leaves would wait for the end of a stream that nobody reads any more.
  const stream = tar[Symbol.asyncIterator]();
  try {
    let chunks: Buffer[] = [];
    let bytes = 0;
    for (let next = await stream.next(); next.done !== true; next = await stream.next()) {
      const chunk: unknown = next.value;
      if (!Buffer.isBuffer(chunk)) throw new TypeError('a tar stream yields buffers');
      chunks.push(chunk);
      bytes += chunk.length;
      if (bytes < PIECE_BYTES) continue;
      yield Buffer.concat(chunks);
      chunks = [];
      bytes = 0;
    }
    yield Buffer.concat(chunks);
  } finally {
    tar.destroy();
  }
}

/** Adds one entry; settles when the stream has room for the next. */
function add(tar: Pack, { header, source }: Item, leftOut: LeftOut): Promise<void> {
  const { name } = header;
  if (header.type === 'file' && (header.size ?? 0) > PIECE_BYTES) {
    const descriptor = readable(name, leftOut, () => openSync(source, 'r'));
    return descriptor === undefined ? Promise.resolve() : addLarge(tar, header, descriptor);
  }
  return new Promise((resolve, reject) => {
    const done = (error?: Error | null) => (error ? reject(error) : resolve());
    if (header.type !== 'file') {
      tar.entry(header, done);
      return;
    }
    const content = readable(name, leftOut, () => readFileSync(source));
    if (content === undefined) resolve();
    else tar.entry({ ...header, size: content.length }, content, done);
  });
}

/** Its size has been sent: what the file grows by meanwhile is left out, and what it lacks is zeros. */
function addLarge(tar: Pack, header: Header, descriptor: number): Promise<void> {
  const { size } = fstatSync(descriptor);
  let left = size;
  // Not an async generator: what waits for it in `pipeline` is not woken by every stream of tar-stream.
  const exactly = new Transform({
    transform: (chunk: Buffer, _encoding, done) => {
      left -= chunk.length;
      done(null, chunk);
    },
    flush(done) {
      for (; left > 0; left -= PIECE_BYTES) this.push(Buffer.alloc(Math.min(left, PIECE_BYTES)));
      done();
    },
  });
  const content = createReadStream('', {
    fd: descriptor,
    end: Math.max(0, size - 1),
    highWaterMark: PIECE_BYTES,
  });
  return pipeline(content, exactly, tar.entry({ ...header, size }));
}

/** Undefined for what is gone, and for what may not be read: that is named. */
function readable<T>(name: string, leftOut: LeftOut, read: () => T): T | undefined {
  try {
    return read();
  } catch (error) {
    if (isMissing(error)) return undefined;
    if (!['EACCES', 'EPERM'].includes(errorCode(error) ?? '')) throw error;
    leftOut.add('the user of the runner may not read it', Buffer.from(name).toString('latin1'));
    return undefined;
  }
}

/** Names in a folder, and whether they are the names themselves or just what can be shown of them. */
function childrenOf(folder: string): { child: string; exact: boolean }[] {
  const children = readdirSync(folder);
  if (!children.some((child) => child.includes(UNKNOWN)))
    return children.map((child) => ({ child, exact: true }));
  return readdirSync(folder, 'buffer').map((bytes) => {
    const child = bytes.toString();
    return { child, exact: is(child)(bytes) };
  });
}

/** Whether these bytes are the text exactly. */
const is = (text: string) => (bytes: Buffer) => Buffer.from(text).equals(bytes);

/** The container's user is not the runner's: what the owner may do, all may. */
function openMode(mode: number): number {
  const owner = mode & 0o700;
  return (mode & 0o777) | (owner >> 3) | (owner >> 6);
}

/** Where a path leads; what a link to nowhere stands for is not known: it stays a link. */
function target(path: string): string {
  return existsSync(path) ? realpathSync(path) : path;
}

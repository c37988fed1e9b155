// Synchronous, but for large files: threads make a tree of small files 25 times as slow to read.
import {
  createReadStream,
  existsSync,
  lstatSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  realpathSync,
} from 'node:fs';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { type Pack, pack } from 'tar-stream';
import type { RunnerPath } from '../model/paths.js';

/** Folders of the work folder that are of no use in the pod: the runner's own, and what each step brings itself. */
const LEFT_OUT = new Set([
  '_temp/_runner_hook_responses',
  '_temp/_runner_file_commands',
  '_temp/_podhooks',
  '_update',
  '_PipelineMapping',
]);

/** `_actions/<owner>/<repository>/<ref>` may be a link into a cache that no pod has (ActionManager, symlink cache). */
const ACTION = /^_actions\/[^/]+\/[^/]+\/[^/]+$/;

/** A message of the size of one tar header would cost as much as one of this size. */
const PIECE_BYTES = 256 * 1024;

/** What stands in a text for bytes that are not UTF-8. */
const UNKNOWN = '\ufffd';

/** What tar-stream takes of a header; its types do not export it. */
type Header = Exclude<Parameters<Pack['entry']>[0], string>;

export interface Entry {
  /** Relative to the work folder. */
  name: string;
  /** Where it is read from. */
  source: string;
}

/** A folder of the work folder by its name there; '' is the work folder itself. */
export function folderIn(work: RunnerPath, name: string): Entry {
  return { name, source: realpathSync(join(work, name)) };
}

/** Whether a folder holds any file that a pod would need. */
export function hasFiles(folder: Entry): boolean {
  for (const { header } of entries(folder, new Set())) if (header.type !== 'directory') return true;
  return false;
}

/**
 * A folder as a tar stream, with names as in the work folder, in pieces of a size that is worth sending. Reading it is what
 * drives it: little is kept in memory. Folders come with the files in them, so only empty ones have an entry of their own,
 * and `existing` ones none at all. What is not UTF-8, in a name or in a link's target, is left out and added to `skipped`:
 * the format holds no other text.
 */
export async function* packFolder(
  folder: Entry,
  existing: readonly string[],
  skipped: Set<string>,
): AsyncGenerator<Buffer> {
  const tar = pack();
  const fill = async () => {
    for (const { header, source } of entries(folder, skipped))
      if (header.type !== 'directory' || !existing.includes(header.name)) await add(tar, header, source);
    tar.finalize();
  };
  fill().catch((error: unknown) => tar.destroy(error instanceof Error ? error : new Error(String(error))));
  let chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of tar) {
    if (!Buffer.isBuffer(chunk)) throw new TypeError('a tar stream yields buffers');
    chunks.push(chunk);
    bytes += chunk.length;
    if (bytes < PIECE_BYTES) continue;
    yield Buffer.concat(chunks);
    chunks = [];
    bytes = 0;
  }
  yield Buffer.concat(chunks);
}

/** Adds one entry; settles when the stream has room for the next. */
function add(tar: Pack, header: Header, source: string): Promise<void> {
  const size = header.size ?? 0;
  if (header.type === 'file' && size > PIECE_BYTES)
    // What a file grows by meanwhile is left out: its size has been sent.
    return pipeline(
      createReadStream(source, { end: size - 1, highWaterMark: PIECE_BYTES }),
      tar.entry(header),
    );
  return new Promise((resolve, reject) => {
    const done = (error?: Error | null) => (error ? reject(error) : resolve());
    if (header.type === 'file') tar.entry(header, readFileSync(source), done);
    else tar.entry(header, done);
  });
}

function* entries(folder: Entry, skipped: Set<string>): Generator<{ header: Header; source: string }> {
  for (const { child, exact } of childrenOf(folder.source)) {
    const name = folder.name === '' ? child : `${folder.name}/${child}`;
    if (!exact) {
      skipped.add(name);
      continue;
    }
    if (LEFT_OUT.has(name)) continue;
    const path = join(folder.source, child);
    const source = ACTION.test(name) ? target(path) : path;
    const info = lstatSync(source);
    const common = { name, mode: openMode(info.mode), mtime: info.mtime };
    if (info.isDirectory()) {
      if (readdirSync(source).length === 0) yield { header: { ...common, type: 'directory' }, source };
      else yield* entries({ name, source }, skipped);
    } else if (info.isSymbolicLink()) {
      const linkname = readlinkSync(source);
      if (is(linkname)(readlinkSync(source, 'buffer')))
        yield { header: { ...common, type: 'symlink', linkname }, source };
      else skipped.add(name);
    } else if (info.isFile()) yield { header: { ...common, type: 'file', size: info.size }, source };
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

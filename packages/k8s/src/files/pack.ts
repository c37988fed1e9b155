import { createReadStream } from 'node:fs';
import { lstat, readdir, readlink, realpath, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { type Pack, pack } from 'tar-stream';
import type { RunnerPath } from '../pod/paths.js';

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

/** What tar-stream takes of a header; its types do not export it. */
type Header = Exclude<Parameters<Pack['entry']>[0], string>;

export interface Entry {
  /** Relative to the work folder. */
  name: string;
  /** Where it is read from. */
  source: string;
}

/** A folder of the work folder by its name there; '' is the work folder itself. */
export async function folderIn(work: RunnerPath, name: string): Promise<Entry> {
  return { name, source: await realpath(join(work, name)) };
}

/** Whether a folder holds any file that a pod would need. */
export async function hasFiles(folder: Entry): Promise<boolean> {
  for await (const { header } of entries(folder)) if (header.type !== 'directory') return true;
  return false;
}

/**
 * A folder as a tar stream, with names as in the work folder. Reading it is what drives it: nothing is kept in memory. Folders come with the files
 * in them, so only empty ones have an entry of their own, and `existing` ones none at all.
 */
export function packFolder(folder: Entry, existing: readonly string[]): Pack {
  const tar = pack();
  const fill = async () => {
    for await (const { header, source } of entries(folder)) {
      if (
        header.type === 'directory' &&
        (existing.includes(header.name) || (await readdir(source)).length > 0)
      )
        continue;
      if (header.type !== 'file') tar.entry(header);
      else
        await pipeline(
          createReadStream(source, { end: Math.max(0, (header.size ?? 0) - 1) }),
          tar.entry(header),
        );
    }
    tar.finalize();
  };
  fill().catch((error: unknown) => tar.destroy(error instanceof Error ? error : new Error(String(error))));
  return tar;
}

async function* entries(folder: Entry): AsyncGenerator<{ header: Header; source: string }> {
  for (const child of await readdir(folder.source)) {
    const name = folder.name === '' ? child : `${folder.name}/${child}`;
    if (LEFT_OUT.has(name)) continue;
    const path = join(folder.source, child);
    // What a link to nowhere stands for is not known: it stays a link.
    const source = ACTION.test(name) ? await realpath(path).catch(() => path) : path;
    const info = await lstat(source);
    const common = { name, mode: openMode(info.mode), mtime: info.mtime };
    if (info.isDirectory()) {
      yield { header: { ...common, type: 'directory' }, source };
      yield* entries({ name, source });
    } else if (info.isSymbolicLink())
      yield { header: { ...common, type: 'symlink', linkname: await readlink(source) }, source };
    else if (info.isFile())
      yield { header: { ...common, type: 'file', size: (await stat(source)).size }, source };
  }
}

/** The container's user is not the runner's: what the owner may do, all may. */
function openMode(mode: number): number {
  const owner = mode & 0o700;
  return (mode & 0o777) | (owner >> 3) | (owner >> 6);
}

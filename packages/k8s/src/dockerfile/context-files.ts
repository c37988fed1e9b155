import { posix } from 'node:path';
import { invalid } from './fault.js';
import { Ignored } from './ignore.js';
import type { BuildContext, CopySource, Entry } from './model.js';
import { hasWildcard, namePattern } from '../model/wildcards.js';

/** What COPY and ADD find in the context. */
export class ContextFiles {
  /** Folders of which .dockerignore leaves nothing out, and others. */
  private readonly whole = new Map<string, boolean>();

  constructor(
    private readonly context: BuildContext,
    private readonly ignored = new Ignored(),
  ) {}

  /** The files and folders that a source of COPY or ADD names. @throws DockerfileFault if there are none. */
  find(source: string, line: number): string[] {
    const path = posix.normalize(source.replace(/^\/+/, '')).replace(/\/+$/, '') || '.';
    if (path === '..' || path.startsWith('../'))
      throw invalid(line, `${source} lies outside of the folder of the Dockerfile`);
    const found = hasWildcard(path) ? this.matching(path.split('/')) : [path];
    const there = found.filter((each) => this.context.kind(each) !== undefined);
    if (there.length === 0) throw invalid(line, `${source} does not exist beside the Dockerfile`);
    const kept = there.filter((each) => this.entriesOf(each, '.').length > 0);
    if (kept.length === 0) throw invalid(line, `${source} is left out by .dockerignore`);
    return kept;
  }

  /** A file goes into the target under its name, of a folder its content. */
  source(path: string): CopySource {
    const isFile = !this.isFolder(path);
    return { kind: 'context', entries: this.entriesOf(path, isFile ? posix.basename(path) : '.'), isFile };
  }

  /** The option of tar that unpacks a file; undefined if it is no archive. */
  archiveOption(path: string): string | undefined {
    if (this.isFolder(path)) return undefined;
    const head = this.context.head(path);
    const begins = (hex: string) => head.subarray(0, hex.length / 2).toString('hex') === hex;
    if (begins('1f8b')) return 'z';
    if (begins('425a68')) return 'j';
    if (begins('fd377a585a00')) return 'J';
    return head.subarray(257, 262).toString('latin1') === 'ustar' ? '' : undefined;
  }

  private entriesOf(path: string, to: string): Entry[] {
    if (!this.isFolder(path)) return this.ignored.has(path) ? [] : [{ from: path, to, kind: 'file' }];
    if (this.isWhole(path)) return [{ from: path, to, kind: 'content' }];
    const isLeftOut = path !== '.' && this.ignored.has(path);
    if (isLeftOut && !this.ignored.hasExceptions) return [];
    const below = this.context
      .list(path)
      .flatMap((name) => this.entriesOf(posix.join(path, name), posix.join(to, name)))
      .map((entry) => (entry.kind === 'file' ? { ...entry, kind: 'member' as const } : entry));
    return isLeftOut ? below : [{ from: path, to, kind: 'folder' }, ...below];
  }

  /** An action may bring thousands of files with it: what can be copied as a folder is not listed. */
  private isWhole(path: string): boolean {
    if (this.ignored.isEmpty) return true;
    const known = this.whole.get(path);
    if (known !== undefined) return known;
    const isWhole =
      (path === '.' || !this.ignored.has(path)) &&
      this.context.list(path).every((name) => {
        const member = posix.join(path, name);
        return this.isFolder(member) ? this.isWhole(member) : !this.ignored.has(member);
      });
    this.whole.set(path, isWhole);
    return isWhole;
  }

  private matching(names: readonly string[], folder = '.'): string[] {
    const [first = '', ...rest] = names;
    const found = this.context
      .list(folder)
      .filter(namePattern(first))
      .map((name) => posix.join(folder, name));
    return rest.length === 0
      ? found
      : found.filter((each) => this.isFolder(each)).flatMap((each) => this.matching(rest, each));
  }

  private isFolder(path: string): boolean {
    return path === '.' || this.context.kind(path) === 'folder';
  }
}

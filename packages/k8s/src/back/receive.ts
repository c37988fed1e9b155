import { BadArchive, type TarEntry, TarReader, type TarSink } from './tar-reader.js';
import { byteName, type ByteName } from '../agent/byte-name.js';
import { MANIFEST } from '../agent/format.js';
import type { LeftOut } from './left-out.js';
import { WorkWriter, type WriterOptions } from './writer.js';

const LONGEST_ROW = 8192;
/** Of one folder: what is listed is kept in memory. */
const MOST_CHILDREN = 200_000;
const MOST_NAME_BYTES = 8 * 1024 * 1024;
const SLASH = 0x2f;

/** One archive after the other from a pod, of which the later ones go on where a connection was lost. */
export class Receiver {
  private readonly writer: WorkWriter;
  private reader: TarReader;

  constructor(private readonly options: WriterOptions) {
    this.writer = new WorkWriter(options);
    this.reader = this.newReader();
  }

  /** The last entry that is in place. */
  get last(): ByteName | undefined {
    return this.writer.last;
  }

  /** The end of the archive has come. */
  get complete(): boolean {
    return this.reader.complete;
  }

  /** @throws BadArchive; Error of the kernel when no file can be written any more. */
  push(bytes: Buffer): void {
    this.reader.push(bytes);
  }

  finish(): void {
    this.reader.finish();
  }

  /** Another archive goes on behind `last`. */
  restart(): void {
    this.writer.dropPart();
    this.reader = this.newReader();
  }

  close(): void {
    this.writer.close();
  }

  private newReader(): TarReader {
    return new TarReader(new ManifestFirst(this.writer, this.options.leftOut));
  }
}

/** Carries the manifest out, and passes on what follows. */
class ManifestFirst implements TarSink {
  private inManifest = false;
  private held = Buffer.alloc(0);
  private folder: { name: ByteName; children: Set<ByteName>; bytes: number } | undefined;

  constructor(
    private readonly writer: WorkWriter,
    private readonly leftOut: LeftOut,
  ) {}

  entry(entry: TarEntry): void {
    this.inManifest = entry.name === MANIFEST && entry.kind === 'file';
    if (!this.inManifest) this.writer.entry(entry);
  }

  data(bytes: Buffer): void {
    if (!this.inManifest) {
      this.writer.data(bytes);
      return;
    }
    let rest = Buffer.concat([this.held, bytes]);
    for (let end = rest.indexOf(0); end !== -1; end = rest.indexOf(0)) {
      this.row(rest.subarray(0, end));
      rest = rest.subarray(end + 1);
    }
    if (rest.length > LONGEST_ROW) throw new BadArchive('the list of changes is invalid');
    this.held = Buffer.from(rest);
  }

  end(): void {
    if (this.inManifest) this.endFolder();
    else this.writer.end();
    this.inManifest = false;
  }

  /** `0 folder`, then `1 entry` for each that it holds; `- gone`; `! left out`. */
  private row(row: Buffer): void {
    const [kind, name] = [byteName(row.subarray(0, 2)), row.subarray(2)];
    if (kind === '1 ') {
      // Of the bytes: a piece of a string would keep all of it in memory.
      this.child(byteName(name.subarray(name.lastIndexOf(SLASH) + 1)));
      return;
    }
    this.endFolder();
    if (kind === '0 ') this.folder = { name: byteName(name), children: new Set(), bytes: 0 };
    if (kind === '- ') this.writer.remove(byteName(name));
    if (kind === '! ') this.told(byteName(name));
  }

  private child(name: ByteName): void {
    if (this.folder === undefined) return;
    if (this.folder.children.size < MOST_CHILDREN && this.folder.bytes < MOST_NAME_BYTES) {
      this.folder.children.add(name);
      this.folder.bytes += name.length;
      return;
    }
    this.leftOut.add('it holds too many entries to be compared', this.folder.name);
    this.folder = undefined;
  }

  /** `<number> <reason> <example>`. */
  private told(row: ByteName): void {
    const [, count = '1', reason = '', example = ''] = /^(\d{1,9}) (\w+) ([^]*)$/.exec(row) ?? [];
    const words = REASONS.get(reason);
    if (words !== undefined) this.leftOut.add(words, example, Number(count));
  }

  private endFolder(): void {
    if (this.folder !== undefined) this.writer.keepOnly(this.folder.name, this.folder.children);
    this.folder = undefined;
  }
}

/** What the pod has left out. */
const REASONS: ReadonlyMap<string, string> = new Map([
  ['budget', 'the step changed more than files.back.budgetMb allows'],
  ['unreadable', 'the user of the helper container may not read it'],
  ['special', 'it is a pipe, a socket or a device'],
]);

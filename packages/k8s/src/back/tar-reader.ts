import { byteName, type ByteName } from '../agent/byte-name.js';

/** What the header of an entry says, names as bytes. */
export interface TarEntry {
  kind: 'file' | 'folder' | 'symlink' | 'other';
  name: ByteName;
  /** Of a symlink. */
  target: ByteName;
  /** Of the content that follows; 0 for all but files. */
  size: number;
  mode: number;
  /** In seconds since 1970. */
  mtime: number;
  /** The letter of the format, for messages. */
  letter: string;
}

/** Is told of each entry, of its content piece by piece, and of its end. */
export interface TarSink {
  entry(entry: TarEntry): void;
  data(bytes: Buffer): void;
  end(): void;
}

/** The bytes are no archive, or not all of one. */
export class BadArchive extends Error {}

const BLOCK = 512;
/** The kernel takes no longer path (PATH_MAX). */
const LONGEST_NAME = 4096;
const CHECKSUM = { from: 148, to: 156 };
const KINDS: Readonly<Record<string, TarEntry['kind']>> = {
  '0': 'file',
  '\0': 'file',
  '2': 'symlink',
  '5': 'folder',
};
const LONG_NAME = 'L';
const LONG_TARGET = 'K';

/**
 * Reads an archive as GNU tar writes it with `--format=gnu`. The bytes may be hostile: no more is kept than one header and
 * two names. Packages for this keep whatever length a header claims.
 */
export class TarReader {
  /** The end of the archive has come; bytes behind it count for nothing. */
  complete = false;
  private readonly header = Buffer.alloc(BLOCK);
  private filled = 0;
  private left = 0;
  private padding = 0;
  private zeroBlocks = 0;
  private longName: Buffer | undefined;
  private longTarget: Buffer | undefined;
  /** What takes the content: the sink, or one of the names above. */
  private into: 'sink' | 'nothing' | typeof LONG_NAME | typeof LONG_TARGET = 'nothing';
  private pieces: Buffer[] = [];

  constructor(private readonly sink: TarSink) {}

  /** @throws BadArchive; whatever the sink throws. */
  push(chunk: Buffer): void {
    let at = 0;
    while (at < chunk.length && !this.complete) {
      const wanted = this.left || this.padding || BLOCK - this.filled;
      const part = chunk.subarray(at, at + wanted);
      at += part.length;
      if (this.left > 0) this.content(part);
      else if (this.padding > 0) this.padding -= part.length;
      else this.fill(part);
    }
  }

  /** @throws BadArchive if the end has not come. */
  finish(): void {
    if (!this.complete) throw new BadArchive('the archive ends early');
  }

  private fill(part: Buffer): void {
    part.copy(this.header, this.filled);
    this.filled += part.length;
    if (this.filled < BLOCK) return;
    this.filled = 0;
    if (this.header.every((byte) => byte === 0)) {
      this.zeroBlocks++;
      this.complete = this.zeroBlocks === 2;
      return;
    }
    if (this.zeroBlocks > 0) throw new BadArchive('an entry follows the end of the archive');
    this.begin();
  }

  private begin(): void {
    const { header } = this;
    requireChecksum(header);
    const size = number(header, 124, 136);
    const letter = text(header, 156, 157) || '\0';
    this.left = size;
    this.padding = (BLOCK - (size % BLOCK)) % BLOCK;
    if (letter === LONG_NAME || letter === LONG_TARGET) {
      if (size > LONGEST_NAME) throw new BadArchive(`a name of ${size} bytes`);
      this.into = letter;
    } else {
      const kind = KINDS[letter] ?? 'other';
      const name = byteName(this.longName ?? nameOf(header));
      const target = byteName(this.longTarget ?? field(header, 157, 257));
      this.longName = this.longTarget = undefined;
      this.into = kind === 'file' ? 'sink' : 'nothing';
      const mode = number(header, 100, 108);
      this.sink.entry({
        kind,
        name,
        target,
        size: kind === 'file' ? size : 0,
        mode,
        mtime: number(header, 136, 148),
        letter,
      });
    }
    if (size === 0) this.close();
  }

  private content(part: Buffer): void {
    this.left -= part.length;
    if (this.into === 'sink') this.sink.data(part);
    // A copy: the caller's bytes are overwritten.
    else if (this.into !== 'nothing') this.pieces.push(Buffer.from(part));
    if (this.left === 0) this.close();
  }

  private close(): void {
    if (this.into === 'sink') this.sink.end();
    const name = cut(Buffer.concat(this.pieces));
    if (this.into === LONG_NAME) this.longName = name;
    if (this.into === LONG_TARGET) this.longTarget = name;
    this.pieces = [];
    this.into = 'nothing';
  }
}

function requireChecksum(header: Buffer): void {
  // A loop: an iterator costs more than all the rest of a small entry.
  let sum = 0x20 * (CHECKSUM.to - CHECKSUM.from);
  for (let at = 0; at < BLOCK; at++) if (at < CHECKSUM.from || at >= CHECKSUM.to) sum += header[at] ?? 0;
  if (number(header, CHECKSUM.from, CHECKSUM.to) !== sum) throw new BadArchive('a header is damaged');
}

/** `ustar` with a zero has a prefix; GNU's magic ends with a blank and has other things there. */
function nameOf(header: Buffer): Buffer {
  const name = field(header, 0, 100);
  const prefix = text(header, 257, 263) === 'ustar' ? field(header, 345, 500) : Buffer.alloc(0);
  return prefix.length === 0 ? name : Buffer.concat([prefix, Buffer.from('/'), name]);
}

/** Octal, or big-endian behind a first bit: sizes from 8 GiB on, and times before 1970, which count as 0. */
function number(header: Buffer, from: number, to: number): number {
  const bytes = header.subarray(from, to);
  const first = bytes[0] ?? 0;
  if (first === 0xff) return 0;
  const value =
    first === 0x80
      ? bytes.subarray(1).reduce((sum, byte) => sum * 256 + byte, 0)
      : parseInt(text(header, from, to).trim() || '0', 8);
  if (!Number.isSafeInteger(value) || value < 0) throw new BadArchive('a number in a header is invalid');
  return value;
}

function text(header: Buffer, from: number, to: number): string {
  return field(header, from, to).toString('latin1');
}

function field(header: Buffer, from: number, to: number): Buffer {
  return cut(header.subarray(from, to));
}

/** Up to the first zero; a copy. */
function cut(bytes: Buffer): Buffer {
  const end = bytes.indexOf(0);
  return Buffer.from(end === -1 ? bytes : bytes.subarray(0, end));
}

/** An entry of an archive that no tar need have written: each field as a test wants it. Names are bytes (Latin-1). */
export interface RawEntry {
  name: string;
  /** The letter of the format; default a file. */
  type?: string;
  content?: Buffer | string;
  target?: string;
  mode?: number;
  mtime?: number;
  /** In the header, whatever the content is. */
  size?: number | string;
  prefix?: string;
  /** Changes the block after the checksum was made. */
  damage?: (header: Buffer) => void;
}

const BLOCK = 512;

/** A whole archive. */
export function rawTar(entries: readonly RawEntry[]): Buffer {
  return Buffer.concat([...entries.map(rawEntry), Buffer.alloc(2 * BLOCK)]);
}

/** One entry: longer names get entries of their own, as GNU tar does it. */
export function rawEntry(entry: RawEntry): Buffer {
  const { name, target = '' } = entry;
  return Buffer.concat([
    ...(name.length > 100 ? [block({ name: '././@LongLink', type: 'L', content: `${name}\0` })] : []),
    ...(target.length > 100 ? [block({ name: '././@LongLink', type: 'K', content: `${target}\0` })] : []),
    block(entry),
  ]);
}

function block({
  name,
  type = '0',
  content = '',
  target = '',
  mode = 0o644,
  mtime = 1e9,
  ...more
}: RawEntry): Buffer {
  const bytes = typeof content === 'string' ? Buffer.from(content, 'latin1') : content;
  const header = Buffer.alloc(BLOCK);
  const put = (text: string, at: number, length: number) => header.write(text.slice(0, length), at, 'latin1');
  const octal = (value: number, digits: number) => value.toString(8).padStart(digits, '0');
  put(name, 0, 100);
  put(octal(mode, 7), 100, 8);
  const size = more.size ?? bytes.length;
  put(typeof size === 'string' ? size : octal(size, 11), 124, 12);
  put(octal(mtime, 11), 136, 12);
  put(type, 156, 1);
  put(target, 157, 100);
  put(more.prefix === undefined ? 'ustar  ' : 'ustar\x0000', 257, 8);
  if (more.prefix !== undefined) put(more.prefix, 345, 155);
  header.fill(' ', 148, 156);
  put(
    `${octal(
      header.reduce((sum, byte) => sum + byte, 0),
      6,
    )}\0 `,
    148,
    8,
  );
  more.damage?.(header);
  return Buffer.concat([header, bytes, Buffer.alloc((BLOCK - (bytes.length % BLOCK)) % BLOCK)]);
}

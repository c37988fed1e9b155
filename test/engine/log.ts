import { EventEmitter, once } from 'node:events';

interface LogLine {
  /** Nanoseconds since the epoch; each line's is later than the one before. */
  time: bigint;
  /** With the line feed, unless the stream ended without one. */
  text: Buffer;
}

export interface LogOptions {
  timestamps: boolean;
  follow: boolean;
  /** Lines of this time and later, in nanoseconds since the epoch. */
  since?: bigint;
  tailLines?: number;
  limitBytes?: number;
}

const LINE_FEED = 0x0a;
const BATCH_BYTES = 65_536;
const EPOCH = BigInt(Date.now()) * 1_000_000n - process.hrtime.bigint();

/** What a container wrote, line by line, with the time of each line. Held in memory. */
export class ContainerLog {
  readonly #lines: LogLine[] = [];
  readonly #open = new Map<string, Buffer[]>();
  readonly #changes = new EventEmitter({ captureRejections: false }).setMaxListeners(0);
  #ended = false;

  write(stream: string, chunk: Buffer): void {
    let start = 0;
    const open = this.#open.get(stream) ?? [];
    for (let end = chunk.indexOf(LINE_FEED); end >= 0; end = chunk.indexOf(LINE_FEED, start)) {
      this.#add(withoutReturn(Buffer.concat([...open.splice(0), chunk.subarray(start, end + 1)])));
      start = end + 1;
    }
    if (start < chunk.length) open.push(chunk.subarray(start));
    this.#open.set(stream, open);
    this.#changes.emit('change');
  }

  end(): void {
    for (const rest of this.#open.values()) if (rest.length > 0) this.#add(Buffer.concat(rest.splice(0)));
    this.#ended = true;
    this.#changes.emit('change');
  }

  /** The log in pieces; with `follow` until the container has ended. */
  async *read(options: LogOptions, signal: AbortSignal): AsyncGenerator<Buffer> {
    let left = options.limitBytes ?? Infinity;
    let next = this.#start(options);
    while (left > 0) {
      while (next < this.#lines.length && left > 0) {
        const batch: Buffer[] = [];
        for (let size = 0; next < this.#lines.length && size < BATCH_BYTES; next++) {
          const piece = this.#format(next, options.timestamps);
          size += piece.length;
          batch.push(piece);
        }
        const bytes = Buffer.concat(batch).subarray(0, Math.min(left, Number.MAX_SAFE_INTEGER));
        left -= bytes.length;
        yield bytes;
      }
      if (!options.follow || this.#ended || signal.aborted) return;
      await once(this.#changes, 'change', { signal }).catch(() => undefined);
    }
  }

  #start({ since, tailLines }: LogOptions): number {
    const first = since === undefined ? 0 : this.#lines.findIndex(({ time }) => time >= since);
    const from = first < 0 ? this.#lines.length : first;
    return tailLines === undefined ? from : Math.max(from, this.#lines.length - tailLines);
  }

  #format(index: number, timestamps: boolean): Buffer {
    const line = this.#lines[index];
    if (!line) return Buffer.alloc(0);
    return timestamps ? Buffer.concat([Buffer.from(`${rfc3339(line.time)} `), line.text]) : line.text;
  }

  #add(text: Buffer): void {
    const last = this.#lines.at(-1)?.time ?? 0n;
    const now = EPOCH + process.hrtime.bigint();
    this.#lines.push({ time: now > last ? now : last + 1n, text });
  }
}

/** containerd drops a carriage return before a line feed. */
function withoutReturn(line: Buffer): Buffer {
  if (line[line.length - 2] !== 0x0d) return line;
  return Buffer.concat([line.subarray(0, -2), line.subarray(-1)]);
}

function rfc3339(nanoseconds: bigint): string {
  const seconds = new Date(Number(nanoseconds / 1_000_000n)).toISOString().slice(0, 19);
  return `${seconds}.${String(nanoseconds % 1_000_000_000n).padStart(9, '0')}Z`;
}

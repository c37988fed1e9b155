import { createHash } from 'node:crypto';
import type { OutputStream } from './runner.js';

type LineListener = (line: string, stream: OutputStream) => void;

/** Takes the output of a process: counts, hashes, keeps it if asked, and passes on lines that may hold commands. */
export class OutputRecorder {
  readonly #chunks: [OutputStream, Buffer][] = [];
  readonly #hash = createHash('sha256');
  readonly #bytes = { stdout: 0, stderr: 0 };
  readonly #lines: Readonly<Record<OutputStream, CommandLines>>;
  readonly #keep: boolean;

  constructor(keep: boolean, listener: LineListener) {
    this.#keep = keep;
    this.#lines = {
      stdout: new CommandLines((line) => listener(line, 'stdout')),
      stderr: new CommandLines((line) => listener(line, 'stderr')),
    };
  }

  add(stream: OutputStream, chunk: Buffer): void {
    this.#bytes[stream] += chunk.length;
    if (stream === 'stdout') this.#hash.update(chunk);
    if (this.#keep) this.#chunks.push([stream, chunk]);
    this.#lines[stream].add(chunk);
  }

  /** To be called once, after the last chunk. */
  finish() {
    this.#lines.stdout.end();
    this.#lines.stderr.end();
    const kept = (wanted?: OutputStream) =>
      Buffer.concat(
        this.#chunks.flatMap(([stream, chunk]) => (stream === (wanted ?? stream) ? [chunk] : [])),
      );
    return {
      stdout: kept('stdout'),
      stderr: kept('stderr'),
      output: kept(),
      stdoutBytes: this.#bytes.stdout,
      stderrBytes: this.#bytes.stderr,
      stdoutSha256: this.#hash.digest('hex'),
    };
  }
}

const LINE_FEED = 0x0a;
const CARRIAGE_RETURN = 0x0d;
/** A longer line is passed on in pieces; no command is that long. */
const LINE_LIMIT_BYTES = 1024 * 1024;

/** Cuts a stream into lines at \n, \r\n and lone \r, as .NET does; lines that cannot be commands may be left out. */
class CommandLines {
  #rest: Buffer = Buffer.alloc(0);
  readonly #listener: (line: string) => void;

  constructor(listener: (line: string) => void) {
    this.#listener = listener;
  }

  add(chunk: Buffer): void {
    const data = Buffer.concat([this.#rest, chunk]);
    const end = Math.max(data.lastIndexOf(LINE_FEED), data.lastIndexOf(CARRIAGE_RETURN)) + 1;
    this.#rest = data.subarray(end);
    this.#pass(data.subarray(0, end));
    if (this.#rest.length > LINE_LIMIT_BYTES) this.end();
  }

  end(): void {
    this.#pass(this.#rest);
    this.#rest = Buffer.alloc(0);
  }

  /** Most output holds no command: looking for the two marks keeps hundreds of megabytes cheap. */
  #pass(lines: Buffer): void {
    if (!lines.includes('::') && !lines.includes('##[')) return;
    for (const line of lines.toString('utf8').split(/\r\n|\r|\n/)) if (line !== '') this.#listener(line);
  }
}

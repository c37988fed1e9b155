import { BoundedBytes } from '../bounded-bytes.js';
import { LONGEST_WORD_BYTES, markerStart, overlap } from './output.js';
import { RESULT_LIMIT_BYTES } from './script.js';

/** Of what the shell itself prints. */
const LONGEST_DIAGNOSTIC_BYTES = 2000;
const NONE: Buffer = Buffer.alloc(0);

/**
 * What the supervisor reports beside the output, on stderr of the exec. Other processes of the container can write there, too:
 * only what stands behind a marker with the channel's nonce counts, and no more is kept than the limits allow.
 */
export class StepReport {
  /** The step's text arrived whole, and the supervisor runs. */
  begun = false;
  /** The step never began, and never will under this id. */
  unstarted = false;
  /** Everything has been reported: the exec may be left. */
  done = false;
  /** As `done`, but what watches the step was killed: no end will ever be recorded. */
  lost = false;
  /** Index of the step's file that could not be written whole; 'log' for the hook's own files. */
  unwritten: number | 'log' | undefined;
  /** Contents of result files by their index in the request; a file that is missing has no entry. */
  readonly files = new Map<number, Buffer>();
  /** Indices of result files that are larger than RESULT_LIMIT_BYTES; their beginning is in `files`. */
  readonly oversized = new Set<number>();
  /** Indices of result files that are there and cannot be read, or not to their end. */
  readonly unread = new Set<number>();

  private readonly marker: Buffer;
  private held = NONE;
  private readonly shell = new BoundedBytes(LONGEST_DIAGNOSTIC_BYTES);
  /** The result file that is coming. */
  private file: { index: number; bytes: BoundedBytes } | undefined;

  /** @param results How many result files were asked for; of others, nothing is kept. */
  constructor(
    channel: string,
    private readonly results: number,
  ) {
    this.marker = markerStart(channel);
  }

  /** What the shell printed: why a supervisor could not run. */
  get diagnostic(): string {
    return this.shell.content.toString('utf8').trim();
  }

  /** Takes the next bytes of the report channel. */
  take(chunk: Buffer): void {
    let bytes = this.held.length === 0 ? chunk : Buffer.concat([this.held, chunk]);
    this.held = NONE;
    for (;;) {
      const at = bytes.indexOf(this.marker);
      const content = at === -1 ? bytes.length - overlap(bytes, this.marker) : at;
      (this.file?.bytes ?? this.shell).take(bytes.subarray(0, content));
      bytes = bytes.subarray(content);
      const line = at === -1 ? -1 : bytes.indexOf('\n', this.marker.length);
      if (line === -1) break;
      this.endFile();
      this.read(bytes.subarray(this.marker.length, line).toString());
      bytes = bytes.subarray(line + 1);
    }
    // A word without an end is nothing that the supervisor writes.
    if (bytes.length <= this.marker.length + LONGEST_WORD_BYTES) this.held = Buffer.from(bytes);
  }

  private endFile(): void {
    if (this.file === undefined) return;
    const { index, bytes } = this.file;
    this.files.set(index, bytes.content);
    if (bytes.overflowed) this.oversized.add(index);
    this.file = undefined;
  }

  private read(words: string): void {
    const [word, argument = ''] = words.split(' ');
    if (word === 'begun') this.begun = true;
    else if (word === 'done') this.done = true;
    else if (word === 'lost') this.lost = true;
    else if (word === 'unstarted') this.unstarted = true;
    else if (word === 'unwritten') this.unwritten = argument === '' ? 'log' : Number(argument);
    else if (!(Number(argument) < this.results)) return;
    else if (word === 'unread') this.unread.add(Number(argument));
    else if (word === 'file')
      this.file = { index: Number(argument), bytes: new BoundedBytes(RESULT_LIMIT_BYTES) };
  }
}

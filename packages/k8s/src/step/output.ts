/** What stands between a step's output and its end in the log. */
function markerStart(nonce: string): Buffer {
  return Buffer.from(`\x1epodhooks ${nonce} `);
}

const NONE: Buffer = Buffer.alloc(0);

/** How a step ended, by the supervisor's own record. */
export type StepEnd = { exitCode: number } | 'no working directory';

/** A place in a step's log, which is kept in segments. */
export interface LogPosition {
  segment: number;
  /** In bytes from the beginning of the segment. */
  offset: number;
}

/**
 * Splits what a follower sends into the step's output, the changes to another segment of the log and the end marker. Counts
 * what has come, so that another follower can go on from there; keeps back no more than what may be the beginning of a marker.
 */
export class StepOutput {
  private readonly marker: Buffer;
  private held = NONE;
  private segment = 0;
  private offset = 0;
  /** Known once the marker has been read; bytes behind it are of no interest. */
  end: StepEnd | undefined;
  /** Bytes of output in all. */
  passed = 0;

  constructor(nonce: string) {
    this.marker = markerStart(nonce);
  }

  /** What comes before need not be sent again. */
  get position(): LogPosition {
    return { segment: this.segment, offset: this.offset };
  }

  /** A new follower starts at `position`: what was held back comes again. */
  restart(): void {
    this.held = NONE;
  }

  /** Takes the next bytes of the log and returns those that are the step's output. */
  take(chunk: Buffer): Buffer {
    if (this.end !== undefined) return NONE;
    const pieces: Buffer[] = [];
    let bytes = this.held.length === 0 ? chunk : Buffer.concat([this.held, chunk]);
    for (;;) {
      const at = bytes.indexOf(this.marker);
      const output = bytes.subarray(0, at === -1 ? bytes.length - this.overlap(bytes) : at);
      pieces.push(output);
      this.offset += output.length;
      this.passed += output.length;
      bytes = bytes.subarray(output.length);
      const line = at === -1 ? -1 : bytes.indexOf('\n', this.marker.length);
      if (line === -1) break;
      const word = bytes.subarray(this.marker.length, line).toString();
      if (word !== 'next') {
        this.end = endOf(word);
        break;
      }
      this.segment++;
      this.offset = 0;
      bytes = bytes.subarray(line + 1);
    }
    // A copy, since the caller's bytes are overwritten.
    this.held = bytes.length === 0 ? NONE : Buffer.from(bytes);
    const [only, ...others] = pieces;
    return only !== undefined && others.length === 0 ? only : Buffer.concat(pieces);
  }

  /** Length of the longest end of `bytes` that is a beginning of the marker. */
  private overlap(bytes: Buffer): number {
    let at = bytes.indexOf(this.marker.subarray(0, 1), Math.max(0, bytes.length - this.marker.length + 1));
    for (; at !== -1; at = bytes.indexOf(this.marker.subarray(0, 1), at + 1))
      if (bytes.subarray(at).equals(this.marker.subarray(0, bytes.length - at))) return bytes.length - at;
    return 0;
  }
}

function endOf(word: string): StepEnd {
  return word === 'cwd' ? 'no working directory' : { exitCode: Number(word) };
}

/** What the supervisor says beside the output, on stderr of the exec, whose channel no step uses. */
export interface StepReport {
  /** All is said: the exec may be left. */
  done: boolean;
  /** The step never began, and never will under this id. */
  unstarted: boolean;
  /** Contents of result files by their index in the request; a file that is missing has no entry. */
  files: ReadonlyMap<number, Buffer>;
  /** Words of the shell itself: why a supervisor could not run. */
  words: string;
}

/** Reads all that has come on the report channel of one exec. */
export function readReport(bytes: Buffer, nonce: string): StepReport {
  const marker = markerStart(nonce);
  const files = new Map<number, Buffer>();
  const report = { done: false, unstarted: false, files, words: '' };
  let at = bytes.indexOf(marker);
  report.words = bytes
    .subarray(0, at === -1 ? bytes.length : at)
    .toString('utf8')
    .trim()
    .slice(0, 2000);
  while (at !== -1) {
    const start = at + marker.length;
    const line = bytes.indexOf('\n', start);
    if (line === -1) break;
    const [kind, index] = bytes.subarray(start, line).toString().split(' ');
    at = bytes.indexOf(marker, line);
    if (kind === 'done') report.done = true;
    else if (kind === 'unstarted') report.unstarted = true;
    else if (kind === 'file' && at !== -1) files.set(Number(index), bytes.subarray(line + 1, at));
  }
  return report;
}

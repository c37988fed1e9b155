import { type EndWords, exitCodeOf } from './end-words.js';

/** What stands between a step's output and its end in the log, and between the parts of a report. */
export function markerStart(nonce: string): Buffer {
  return Buffer.from(`\x1epodhooks ${nonce} `);
}

/** Longer than any word behind a marker. */
export const LONGEST_WORD_BYTES = 100;

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
  /** The end in the log is none that the recorder can have written. */
  forged = false;
  /** Bytes of output in all. */
  passed = 0;

  constructor(
    nonce: string,
    private readonly ends: EndWords,
  ) {
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
    if (this.end !== undefined || this.forged) return NONE;
    const pieces: Buffer[] = [];
    let bytes = this.held.length === 0 ? chunk : Buffer.concat([this.held, chunk]);
    for (;;) {
      const at = bytes.indexOf(this.marker);
      const output = bytes.subarray(0, at === -1 ? bytes.length - overlap(bytes, this.marker) : at);
      pieces.push(output);
      this.offset += output.length;
      this.passed += output.length;
      bytes = bytes.subarray(output.length);
      const line = at === -1 ? -1 : bytes.indexOf('\n', this.marker.length);
      if (line === -1) {
        this.forged = at !== -1 && bytes.length > this.marker.length + LONGEST_WORD_BYTES;
        break;
      }
      const word = bytes.subarray(this.marker.length, line).toString();
      if (word !== 'next') {
        this.end = this.endOf(word);
        this.forged = this.end === undefined;
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

  private endOf(word: string): StepEnd | undefined {
    if (word === 'cwd') return 'no working directory';
    const exitCode = exitCodeOf(word, this.ends);
    return exitCode === undefined ? undefined : { exitCode };
  }
}

/** Length of the longest end of `bytes` that is a beginning of the marker. */
export function overlap(bytes: Buffer, marker: Buffer): number {
  const first = marker.subarray(0, 1);
  let at = bytes.indexOf(first, Math.max(0, bytes.length - marker.length + 1));
  for (; at !== -1; at = bytes.indexOf(first, at + 1))
    if (bytes.subarray(at).equals(marker.subarray(0, bytes.length - at))) return bytes.length - at;
  return 0;
}

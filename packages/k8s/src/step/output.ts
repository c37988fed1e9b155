/** What stands between a step's output and its end in the log. */
function markerStart(nonce: string): Buffer {
  return Buffer.from(`\x1epodhooks ${nonce} `);
}

/** How a step ended, by the supervisor's own record. */
export type StepEnd = { exitCode: number } | 'no working directory';

/**
 * Splits what a follower sends into the step's output and the end marker. Counts what has come, so that another follower
 * can go on from there; keeps back no more than what may be the beginning of the marker.
 */
export class StepOutput {
  private readonly marker: Buffer;
  private held: Buffer = Buffer.alloc(0);
  private passed = 0;
  /** Known once the marker has been read; bytes behind it are of no interest. */
  end: StepEnd | undefined;

  constructor(nonce: string) {
    this.marker = markerStart(nonce);
  }

  /** Bytes of the log that need not be sent again. */
  get offset(): number {
    return this.passed;
  }

  /** A new follower starts at `offset`: what was held back comes again. */
  restart(): void {
    this.held = Buffer.alloc(0);
  }

  /** Takes the next bytes of the log and returns those that are the step's output. */
  take(chunk: Buffer): Buffer {
    if (this.end !== undefined) return Buffer.alloc(0);
    const bytes = this.held.length === 0 ? chunk : Buffer.concat([this.held, chunk]);
    const at = bytes.indexOf(this.marker);
    const output = bytes.subarray(0, at === -1 ? bytes.length - this.overlap(bytes) : at);
    this.held = bytes.subarray(output.length);
    this.passed += output.length;
    if (at !== -1) this.end = endOf(this.held.subarray(this.marker.length));
    return output;
  }

  /** Length of the longest end of `bytes` that is a beginning of the marker. */
  private overlap(bytes: Buffer): number {
    for (let length = Math.min(this.marker.length - 1, bytes.length); length > 0; length--)
      if (bytes.subarray(bytes.length - length).equals(this.marker.subarray(0, length))) return length;
    return 0;
  }
}

/** The text behind the marker; undefined until its line is complete. */
function endOf(rest: Buffer): StepEnd | undefined {
  const line = rest.indexOf('\n');
  if (line === -1) return undefined;
  const word = rest.subarray(0, line).toString();
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

const LINE_FEED = 0x0a;
const BLANK = 0x20;
/** `2026-01-01T00:00:00.000000000Z`, or with the offset of the node's clock, `+01:00`. */
const STAMP = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)\.(\d{9})(Z|[+-]\d\d:\d\d)$/;
const LONGEST_STAMP = 35;
/** How much is kept of what the kubelet itself says. */
const MAX_WORDS = 2_000;

/** A line of the log, told by its time and by how many lines of that very time there were, itself included. */
interface Line {
  stamp: string;
  nth: number;
  /** Of its text, how many have been passed on, with the line feed. */
  bytes: number;
}

/**
 * The log of a container as the API gives it with `timestamps=true`, over as many readings as it takes: nothing twice,
 * nothing missing. Seen with Kubernetes 1.34 and containerd:
 * - each line has one stamp in front of it, also an empty one, and one longer than the 16 KiB pieces in which the runtime
 *   stores it: the stamp is that of its first piece. Bytes that are no UTF-8, and NUL, are as they were written; so
 *   is `\r`, but that the runtime drops one before a line feed;
 * - output and errors are two pipes to the runtime: what is written to both at once may change places;
 * - a line without a line feed at the end of the output has none here either;
 * - a line feed of standard error amid a long line of standard output ends that line: what follows has a stamp of its own;
 * - `sinceTime` goes by whole seconds, and by pieces: a reading may begin with the end of a line that began before, which has
 *   no stamp; the line that came last is always behind it;
 * - what else has no stamp are words of the kubelet, as when the log is gone; the status is 200 all the same.
 */
export class StampedLog {
  /** The line that came last, as far as it was passed on. */
  private last: Line | undefined;
  /** In a reading that began anew: up to where everything is known. */
  private known: Line | undefined;
  private nth = 0;
  /** Beginning of a line whose stamp is not complete yet. */
  private held: Buffer = Buffer.alloc(0);
  private place: 'beginning' | 'text' | 'words' = 'beginning';
  /** Bytes of this line's text that are not to be passed on. */
  private skip = 0;
  /** Bytes of output in all. */
  passed = 0;
  /** What the kubelet itself said in this reading. */
  words = '';
  /** Lines that were there once are gone: the kubelet keeps the last megabytes of a log only. */
  hasGap = false;

  /** The `sinceTime` of the next reading. */
  get since(): string | undefined {
    return this.last?.stamp;
  }

  /** Another reading begins, from `since`. */
  restart(): void {
    this.known = this.last && { ...this.last };
    this.nth = 0;
    this.held = Buffer.alloc(0);
    this.place = 'beginning';
    this.words = '';
  }

  /** Takes the next bytes of a reading and returns those that are new output. */
  take(chunk: Buffer): Buffer {
    const pieces: Buffer[] = [];
    let bytes = this.held.length === 0 ? chunk : Buffer.concat([this.held, chunk]);
    this.held = Buffer.alloc(0);
    while (bytes.length > 0) {
      if (this.place === 'beginning') {
        const blank = bytes.subarray(0, LONGEST_STAMP + 1).indexOf(BLANK);
        const feed = bytes.subarray(0, LONGEST_STAMP + 1).indexOf(LINE_FEED);
        if (blank === -1 && feed === -1 && bytes.length <= LONGEST_STAMP) {
          this.held = bytes;
          break;
        }
        const stamp = bytes.subarray(0, Math.max(blank, 0)).toString('latin1');
        if (STAMP.test(stamp)) {
          this.begin(stamp);
          bytes = bytes.subarray(blank + 1);
        } else this.place = 'words';
        continue;
      }
      const feed = bytes.indexOf(LINE_FEED);
      const text = bytes.subarray(0, feed === -1 ? bytes.length : feed + 1);
      bytes = bytes.subarray(text.length);
      if (this.place === 'words') this.words = (this.words + text.toString('utf8')).slice(0, MAX_WORDS);
      else pieces.push(this.pass(text));
      if (feed !== -1) this.place = 'beginning';
    }
    const [only, ...others] = pieces;
    return only !== undefined && others.length === 0 ? only : Buffer.concat(pieces);
  }

  private begin(stamp: string): void {
    this.place = 'text';
    this.skip = 0;
    // It was the end of an older line.
    this.words = '';
    const { known } = this;
    if (known !== undefined) {
      const order = stamp === known.stamp ? 0 : compare(stamp, known.stamp);
      if (order === 0) this.nth += 1;
      if (order < 0 || (order === 0 && this.nth < known.nth)) {
        this.skip = Infinity;
        return;
      }
      if (order === 0 && this.nth === known.nth) {
        this.skip = known.bytes;
        return;
      }
      if (this.nth < known.nth) this.hasGap = true;
      this.known = undefined;
    }
    const nth = this.last?.stamp === stamp ? this.last.nth + 1 : 1;
    this.last = { stamp, nth, bytes: 0 };
  }

  private pass(text: Buffer): Buffer {
    const output = text.subarray(Math.min(this.skip, text.length));
    this.skip -= text.length - output.length;
    if (this.last !== undefined) this.last.bytes += output.length;
    this.passed += output.length;
    return output;
  }
}

/** Below zero if the first stamp is the earlier one. */
function compare(a: string, b: string): number {
  const difference = nanoseconds(a) - nanoseconds(b);
  return difference < 0n ? -1 : difference > 0n ? 1 : 0;
}

function nanoseconds(stamp: string): bigint {
  const [, seconds = '', fraction = '', zone = ''] = STAMP.exec(stamp) ?? [];
  return BigInt(Date.parse(`${seconds}${zone}`)) * 1_000_000n + BigInt(fraction);
}

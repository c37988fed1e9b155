import type { Readable, Writable } from 'node:stream';
import type { Direction, Fault } from './rules.js';

type CutFault = Extract<Fault, { kind: 'cut' }>;

/** Passes bytes on in both directions and breaks off where a fault says so. */
export class Relay {
  #silent = false;
  #over = false;
  readonly #left = { up: Infinity, down: Infinity };
  readonly #timers: NodeJS.Timeout[] = [];

  /**
   * @param count gets the number of bytes of every piece that is passed on
   * @param breakOff ends both connections: `reset` or `close`
   */
  constructor(
    private readonly cuts: CutFault[],
    private readonly count: (direction: Direction, bytes: number) => void,
    private readonly breakOff: (how: 'reset' | 'close') => void,
  ) {
    for (const { after, how } of cuts) {
      if ('ms' in after) this.#timers.push(setTimeout(() => this.#cut(how), after.ms));
      else this.#left[after.direction] = Math.min(this.#left[after.direction], after.bytes);
    }
  }

  /** Carries `source` to `sink` with back-pressure; a quiet end is passed on. */
  pass(direction: Direction, source: Readable, sink: Writable): void {
    source.on('data', (chunk: Buffer) => {
      if (this.#silent || this.#over) return;
      const part = chunk.subarray(0, this.#left[direction]);
      this.#left[direction] -= part.length;
      this.count(direction, part.length);
      if (part.length > 0 && !sink.write(part)) {
        source.pause();
        sink.once('drain', () => source.resume());
      }
      if (this.#left[direction] === 0) this.#cutAt(direction, sink);
    });
    source.on('end', () => {
      if (!this.#silent && !this.#over) sink.end();
    });
  }

  /** To be called when the exchange is over: no fault comes any more. */
  end(): void {
    this.#over = true;
    for (const timer of this.#timers) clearTimeout(timer);
  }

  /** What was passed so far goes out first: the other side sees exactly that many bytes. */
  #cutAt(direction: Direction, sink: Writable): void {
    const fault = this.cuts.find(({ after }) => 'bytes' in after && after.direction === direction);
    if (!fault) return;
    this.#silent = true;
    if (fault.how !== 'silence') sink.write('', () => this.#cut(fault.how));
  }

  #cut(how: CutFault['how']): void {
    if (this.#over) return;
    if (how === 'silence') {
      this.#silent = true;
      return;
    }
    this.end();
    this.breakOff(how);
  }
}

import { BoundedBytes } from '../bounded-bytes.js';
import { LARGEST_DIAGNOSTIC_BYTES } from '../cluster/collect.js';

/** GNU tar's last line but for an error, in English where LC_ALL is C: "Total bytes written: 10240 (10KiB, 1MiB/s)". */
const TOTAL = /^Total bytes (?:written|read): (\d+).*\n?/m;
const LONGEST_END_BYTES = 500;

/** What a command prints on stderr: the beginning of it, and the total of a tar with `--totals`, which comes behind any number of warnings. */
export class TarWords {
  private readonly beginning = new BoundedBytes(LARGEST_DIAGNOSTIC_BYTES);
  private end = '';

  take(chunk: Buffer): void {
    this.beginning.take(chunk);
    this.end = (this.end + chunk.toString('latin1')).slice(-LONGEST_END_BYTES);
  }

  get diagnostic(): string {
    return this.beginning.content.toString('utf8').replace(TOTAL, '').trim();
  }

  /** Bytes of the archive; undefined where no tar has said so. */
  get totalBytes(): number | undefined {
    const [, total] = TOTAL.exec(this.end) ?? [];
    return total === undefined ? undefined : Number(total);
  }
}

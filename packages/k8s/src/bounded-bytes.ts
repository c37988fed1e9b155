/** A larger buffer has the whole limit at once: the kernel gives memory to what is written only, and no copy is left behind. */
const GROWING_BYTES = 64 * 1024;

/** Collects bytes up to a limit, in one buffer that grows: many tiny pieces cost no more than a few large ones. */
export class BoundedBytes {
  private buffer: Buffer = Buffer.alloc(0);
  private length = 0;
  /** More has come than the limit allows; it was dropped. */
  overflowed = false;

  constructor(private readonly limit: number) {}

  take(bytes: Buffer): void {
    const part = bytes.subarray(0, this.limit - this.length);
    this.overflowed ||= part.length < bytes.length;
    const length = this.length + part.length;
    if (length > this.buffer.length) {
      const larger = Buffer.alloc(this.sizeFor(length));
      this.buffer.copy(larger, 0, 0, this.length);
      this.buffer = larger;
    }
    part.copy(this.buffer, this.length);
    this.length = length;
  }

  private sizeFor(length: number): number {
    const size = Math.min(this.limit, Math.max(length, 2 * this.buffer.length));
    return size > GROWING_BYTES ? this.limit : size;
  }

  get content(): Buffer {
    return this.buffer.subarray(0, this.length);
  }
}

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
      const larger = Buffer.alloc(Math.min(this.limit, Math.max(length, 2 * this.buffer.length)));
      this.buffer.copy(larger, 0, 0, this.length);
      this.buffer = larger;
    }
    part.copy(this.buffer, this.length);
    this.length = length;
  }

  get content(): Buffer {
    return this.buffer.subarray(0, this.length);
  }
}

/** A step with more output than this is a long one. */
const LONG_OUTPUT_BYTES = 512 * 1024;
/** Output after which the buffers that carried it are collected. */
const COLLECT_EVERY_BYTES = 4 * 1024 * 1024;

/**
 * Keeps the memory of a long output flat: 300 MB go through 65 MB on Node 20, where left to itself V8 takes 75 MB, and 25 MB
 * more on Node 24. The buffers lie outside of V8's heap, which sees no reason to hurry: a collection of our small heap takes
 * about 2 ms. And the optimizing compiler takes 10 MB for code that waits for the network anyway.
 */
export class BoundedMemory {
  private passed = 0;
  private collected = 0;
  private collect: (() => void) | undefined;

  /** Told of each piece of output that has been passed on. */
  count(bytes: number): void {
    if (this.passed < LONG_OUTPUT_BYTES && this.passed + bytes >= LONG_OUTPUT_BYTES)
      v8().setFlagsFromString('--no-opt');
    this.passed += bytes;
    if (this.passed - this.collected < COLLECT_EVERY_BYTES) return;
    this.collected = this.passed;
    this.collect ??= exposeCollector();
    this.collect();
  }
}

function exposeCollector(): () => void {
  v8().setFlagsFromString('--expose-gc');
  const collector: unknown = process.getBuiltinModule('node:vm').runInNewContext('gc');
  return typeof collector === 'function'
    ? () => void Reflect.apply(collector, undefined, [])
    : () => undefined;
}

/** Not imported: few steps need it. */
function v8() {
  return process.getBuiltinModule('node:v8');
}

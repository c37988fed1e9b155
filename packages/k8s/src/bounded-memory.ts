import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

/** Output after which the buffers that carried it are collected. */
const COLLECT_EVERY_BYTES = 8 * 1024 * 1024;

/**
 * Keeps the memory of a long output flat. Its buffers lie outside of V8's heap, which sees no reason to hurry: left to
 * itself, Node 24 lets 50 MB of them gather. A collection of our small heap takes about 2 ms.
 */
export class BoundedMemory {
  private passed = 0;
  private collect: (() => void) | undefined;

  /** Told of each piece of output that has been passed on. */
  count(bytes: number): void {
    this.passed += bytes;
    if (this.passed < COLLECT_EVERY_BYTES) return;
    this.passed = 0;
    this.collect ??= exposeCollector();
    this.collect();
  }
}

function exposeCollector(): () => void {
  setFlagsFromString('--expose-gc');
  const collector: unknown = runInNewContext('gc');
  return typeof collector === 'function'
    ? () => void Reflect.apply(collector, undefined, [])
    : () => undefined;
}

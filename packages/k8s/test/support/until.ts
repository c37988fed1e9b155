import { setTimeout as sleep } from 'node:timers/promises';

/** Waits until `probe` gives something, and returns it; the test's own limit ends a wait that is in vain. */
export async function until<T>(probe: () => T | undefined | false): Promise<T> {
  for (;;) {
    const found = probe();
    if (found !== undefined && found !== false) return found;
    await sleep(10);
  }
}

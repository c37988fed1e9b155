import { setTimeout as sleep } from 'node:timers/promises';
import { AssertionError } from 'chai';

/** `promise`, or a failed assertion where it hangs: a hang is what such a test looks for, not an accident of the test. */
export async function settled<T>(promise: Promise<T>, deadlineMs = 15_000): Promise<T> {
  const controller = new AbortController();
  const hangs = sleep(deadlineMs, undefined, { signal: controller.signal, ref: false }).then(() => {
    throw new AssertionError(`still pending after ${deadlineMs / 1000} s`);
  });
  try {
    return await Promise.race([promise, hangs]);
  } finally {
    controller.abort();
    hangs.catch(() => undefined);
  }
}

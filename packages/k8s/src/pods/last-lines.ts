import type { Context } from '../context.js';

/** How much of a container's log is shown when something is wrong with it. */
const LAST_LINES = 10;
const LARGEST_BYTES = 16 * 1024;
const SILENCE_MS = 5_000;
/** The API puts one in front of each line. */
const STAMP = /^\d{4}-\d\d-\d\dT\S+ /;

/** The end of what a container has printed; nothing if it cannot be read, which is never the first of someone's troubles. */
export async function lastLines(
  pod: string,
  container: string,
  { cluster, cancelled, out }: Context,
  { lines: mostLines, bytes: mostBytes } = { lines: LAST_LINES, bytes: LARGEST_BYTES },
): Promise<string[]> {
  let end = Buffer.alloc(0);
  const onBytes = (chunk: Buffer) => {
    end = Buffer.from(Buffer.concat([end, chunk]).subarray(-mostBytes));
  };
  const reading = {
    container,
    follow: false,
    since: undefined,
    tailLines: mostLines,
    silenceMs: SILENCE_MS,
    onBytes,
  };
  const signal = AbortSignal.any([cancelled, AbortSignal.timeout(SILENCE_MS)]);
  try {
    await cluster.readLog(pod, reading, signal);
  } catch (error) {
    out.debug(`reading the log of ${container}: ${String(error)}`);
  }
  const lines = end.toString('utf8').trimEnd().split('\n').slice(-mostLines);
  return lines.map((line) => line.replace(STAMP, '')).filter((line) => line.trim() !== '');
}

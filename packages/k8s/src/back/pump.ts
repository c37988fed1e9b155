import type { Cluster } from '../cluster/cluster.js';
import { TarWords } from './tar-words.js';

/** A command in a container. */
export interface End {
  pod: string;
  container: string;
  command: readonly string[];
}

/** How a command has ended, and what it printed on stderr. */
export interface Ended {
  exitCode: number;
  diagnostic: string;
  /** As TarWords has it. */
  totalBytes: number | undefined;
}

/**
 * Lets one command print what another one reads, through this process and no faster than the second one takes it.
 * @throws ApiError, ConnectionError, AbortError.
 */
export async function pump(
  cluster: Cluster,
  from: End,
  to: End,
  signal: AbortSignal,
): Promise<{ from: Ended; to: Ended }> {
  const words = { from: new TarWords(), to: new TarWords() };
  const reader = await cluster.exec(to.pod, to.container, to.command, {
    onStdout: () => undefined,
    onStderr: (chunk) => words.to.take(chunk),
  });
  const leaving = [() => reader.close()];
  const leave = () => leaving.forEach((close) => close());
  signal.addEventListener('abort', leave, { once: true });
  try {
    signal.throwIfAborted();
    const writer = await cluster.exec(from.pod, from.container, from.command, {
      onStdout: (chunk) => reader.write(chunk),
      onStderr: (chunk) => words.from.take(chunk),
    });
    leaving.push(() => writer.close());
    signal.throwIfAborted();
    // A reader that is lost takes nothing more, and nobody need go on writing.
    const { exitCode } = await Promise.race([writer.done, reader.done.then(() => writer.done)]);
    reader.endInput();
    const ended = await reader.done;
    return { from: asEnded(exitCode, words.from), to: asEnded(ended.exitCode, words.to) };
  } catch (error) {
    signal.throwIfAborted();
    throw error;
  } finally {
    signal.removeEventListener('abort', leave);
    leave();
  }
}

function asEnded(exitCode: number, { diagnostic, totalBytes }: TarWords): Ended {
  return { exitCode, diagnostic, totalBytes };
}

import type { Cluster } from '../cluster/cluster.js';
import { TarWords } from './tar-words.js';

/**
 * What a sender that waits for it is told when all that it has printed is here. containerd gives a command that has ended two
 * seconds to pass on what is still in its pipes, and drops the rest: on a busy node, the end of an archive.
 */
const DISMISSAL = 'ok\n';

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

/** Both ends of a copy. */
export interface Ends {
  from: Ended;
  to: Ended;
}

/**
 * Lets one command print what another one reads, through this process and no faster than the second one takes it.
 * @throws ApiError, ConnectionError, AbortError.
 */
export async function pump(cluster: Cluster, from: End, to: End, signal: AbortSignal): Promise<Ends> {
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
    let bytes = 0;
    let dismiss: () => void = () => undefined;
    const check = () => {
      if (bytes === words.from.totalBytes) dismiss();
    };
    const writer = await cluster.exec(from.pod, from.container, from.command, {
      onStdout: async (chunk) => {
        const { length } = chunk;
        await reader.write(chunk);
        bytes += length;
        check();
      },
      onStderr: (chunk) => {
        words.from.take(chunk);
        check();
      },
    });
    dismiss = () => void writer.write(DISMISSAL).catch(() => undefined);
    check();
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

export function asEnded(exitCode: number, { diagnostic, totalBytes }: TarWords): Ended {
  return { exitCode, diagnostic, totalBytes };
}

import { BoundedBytes } from '../bounded-bytes.js';
import type { Cluster } from './cluster.js';

export interface Collected {
  exitCode: number;
  stdout: string;
  stderr: string;
}

/** The container may print without end: what comes behind these is dropped. */
export const LARGEST_OUTPUT_BYTES = 64 * 1024;
export const LARGEST_DIAGNOSTIC_BYTES = 2_000;

/** Runs a short command to its end and keeps what it prints, up to a limit. @throws ApiError, ConnectionError, AbortError */
export async function collect(
  cluster: Cluster,
  pod: string,
  container: string,
  command: readonly string[],
  input: string,
  signal: AbortSignal,
): Promise<Collected> {
  const { stdout, ...end } = await collectBytes(cluster, { pod, container, command, input }, signal);
  return { ...end, stdout: stdout.toString('utf8') };
}

export interface Collecting {
  pod: string;
  container: string;
  command: readonly string[];
  input?: string;
  /** What comes behind is dropped. */
  limitBytes?: number;
}

/** As `collect`, of a command that prints bytes. */
export async function collectBytes(
  cluster: Cluster,
  { pod, container, command, input = '', limitBytes = LARGEST_OUTPUT_BYTES }: Collecting,
  signal: AbortSignal,
): Promise<Omit<Collected, 'stdout'> & { stdout: Buffer }> {
  const stdout = new BoundedBytes(limitBytes);
  const stderr = new BoundedBytes(LARGEST_DIAGNOSTIC_BYTES);
  const session = await cluster.exec(pod, container, command, {
    onStdout: (chunk) => stdout.take(chunk),
    onStderr: (chunk) => stderr.take(chunk),
  });
  const leave = () => session.close();
  signal.addEventListener('abort', leave, { once: true });
  try {
    // While the connection was being made, nobody listened.
    signal.throwIfAborted();
    await session.write(input);
    const { exitCode } = await session.done;
    return {
      exitCode,
      stdout: stdout.content,
      stderr: stderr.content.toString('utf8'),
    };
  } catch (error) {
    signal.throwIfAborted();
    throw error;
  } finally {
    signal.removeEventListener('abort', leave);
    session.close();
  }
}

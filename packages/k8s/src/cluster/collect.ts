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
  const stdout = new BoundedBytes(LARGEST_OUTPUT_BYTES);
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
      stdout: stdout.content.toString('utf8'),
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

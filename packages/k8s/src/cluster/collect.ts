import type { Cluster } from './cluster.js';

export interface Collected {
  exitCode: number;
  stdout: string;
  stderr: string;
}

/** Runs a short command to its end and keeps what it prints. @throws ApiError, ConnectionError, AbortError */
export async function collect(
  cluster: Cluster,
  pod: string,
  container: string,
  command: readonly string[],
  input: string,
  signal: AbortSignal,
): Promise<Collected> {
  const stdout: Buffer[] = [];
  const stderr: Buffer[] = [];
  const session = await cluster.exec(pod, container, command, {
    onStdout: (chunk) => void stdout.push(Buffer.from(chunk)),
    onStderr: (chunk) => void stderr.push(chunk),
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
      stdout: Buffer.concat(stdout).toString('utf8'),
      stderr: Buffer.concat(stderr).toString('utf8'),
    };
  } catch (error) {
    signal.throwIfAborted();
    throw error;
  } finally {
    signal.removeEventListener('abort', leave);
    session.close();
  }
}

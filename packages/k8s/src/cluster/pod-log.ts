import type { IncomingMessage } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { refusalOf } from './answer.js';
import { ApiError, ConnectionError, statusOf } from './api-error.js';
import { headersOf, urlOf } from './client.js';
import type { Connection } from './connection.js';

export interface LogReading {
  container: string;
  /** Until the container has ended; otherwise what there is now. */
  follow: boolean;
  /** Lines of this second and later; all of them if undefined. */
  since: string | undefined;
  /** The last so many lines; all of them if undefined. */
  tailLines?: number;
  /** Time without a byte after which the reading is given up: a connection that is lost says nothing either. */
  silenceMs: number;
  /** Called in order; while a returned promise is pending no more is read from the connection. */
  onBytes: (chunk: Buffer) => void | Promise<void>;
}

/**
 * Reads the log of a container once, with a stamp before each line. That it comes to an end does not say that all was
 * read: the API server also ends its answer where it has lost the kubelet.
 * @throws ApiError, ConnectionError, AbortError
 */
export async function readPodLog(
  connection: Connection,
  path: string,
  { container, follow, since, tailLines, silenceMs, onBytes }: LogReading,
  cancelled: AbortSignal,
): Promise<void> {
  const name = `GET ${path}`;
  const url = urlOf(connection, path, {
    container,
    timestamps: 'true',
    ...(follow && { follow: 'true' }),
    ...(tailLines !== undefined && { tailLines: String(tailLines) }),
    ...(since !== undefined && { sinceTime: since }),
  });
  const headers = await headersOf(connection);
  const silence = new AbortController();
  const wind = () => setTimeout(() => silence.abort(), silenceMs);
  let clock = wind();
  const signal = AbortSignal.any([cancelled, silence.signal]);
  try {
    const response = await new Promise<IncomingMessage>((resolve, reject) => {
      const outgoing = httpsRequest(url, { headers, agent: connection.agent, signal }, resolve);
      outgoing.on('error', reject);
      outgoing.end();
    });
    const code = response.statusCode ?? 0;
    if (code !== 200) throw new ApiError(name, statusOf(code, await refusalOf(response), response.headers));
    for await (const chunk of response) {
      if (!Buffer.isBuffer(chunk)) continue;
      // A runner that is slow to read is no silence of the connection.
      clearTimeout(clock);
      await onBytes(chunk);
      clock = wind();
    }
  } catch (error) {
    cancelled.throwIfAborted();
    if (error instanceof ApiError) throw error;
    const what = error instanceof Error ? error.message : String(error);
    throw new ConnectionError(
      name,
      silence.signal.aborted ? `no byte for ${silenceMs / 1000} s` : what,
      error,
    );
  } finally {
    clearTimeout(clock);
  }
}

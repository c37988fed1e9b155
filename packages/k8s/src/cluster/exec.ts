import { BoundedBytes } from '../bounded-bytes.js';
import { isMap, mapAt, mapsAt, parseJson } from '../json.js';
import { ApiError, ConnectionError, MalformedAnswerError, statusOf } from './api-error.js';
import type { Connection } from './connection.js';
import { resourcePath } from './resource-path.js';
import { type Heartbeat, openWebSocket, type WebSocket } from './websocket.js';

export interface ExecTarget {
  namespace: string;
  pod: string;
  container: string;
  /** argv: no shell in between. */
  command: readonly string[];
}

export interface ExecHandlers {
  /**
   * Called in order; while a returned promise is pending no more is read from the connection. The bytes are overwritten when
   * the handler returns, or when its promise is settled: who keeps any needs a copy.
   */
  onStdout: (chunk: Buffer) => void | Promise<void>;
  /** As above, but the bytes stay. */
  onStderr: (chunk: Buffer) => void | Promise<void>;
}

/** How a command in a container ended. */
export interface ExecStatus {
  exitCode: number;
}

/** A command that runs in a container, as seen through one connection. */
export interface ExecSession {
  /**
   * Resolves when the bytes have left this process: waiting for it is the back-pressure. Bytes for a command that has
   * ended are dropped. Rejects as `done` does if the connection is lost.
   */
  write(data: Buffer | string): Promise<void>;
  /** Closes the command's stdin. Servers older than 1.30 (v4) cannot: there it does nothing. */
  endInput(): void;
  /** Leaves; the command in the container goes on. */
  close(): void;
  /**
   * Settles when the command has ended and all its output has been handled.
   * Rejects with ConnectionError if the connection ends first: then nothing is known of the command.
   */
  readonly done: Promise<ExecStatus>;
}

/** Channel numbers of the subprotocol (Kubernetes: v5.channel.k8s.io, KEP-4006). */
const STDIN = 0;
const STDOUT = 1;
const STDERR = 2;
const STATUS = 3;
const CLOSE = 255;
const V5 = 'v5.channel.k8s.io';
const V4 = 'v4.channel.k8s.io';

/** A status has an exit code and a message. */
const LARGEST_STATUS_BYTES = 64 * 1024;

/** Larger messages are refused by some servers; kubectl writes 32 KiB, too. */
const MAX_FRAME_BYTES = 32 * 1024;

/**
 * Starts a command in a container.
 * @throws ApiError if the server refuses; ConnectionError if there is no connection.
 */
export async function exec(
  connection: Connection,
  target: ExecTarget,
  handlers: ExecHandlers,
  heartbeat: Heartbeat,
): Promise<ExecSession> {
  const { namespace, pod, container, command } = target;
  const path = `${resourcePath(namespace, 'pods', pod)}/exec`;
  const query = new URLSearchParams([
    ['container', container],
    ['stdin', 'true'],
    ['stdout', 'true'],
    ['stderr', 'true'],
    ...command.map((argument): [string, string] => ['command', argument]),
  ]);
  const name = `exec in container ${container} of pod ${pod}`;
  const url = `${connection.server}${path}?${query.toString()}`;
  return new WebSocketExec(name, await openWebSocket(connection, name, url, [V5, V4]), handlers, heartbeat);
}

class WebSocketExec implements ExecSession {
  readonly done: Promise<ExecStatus>;
  /** Of the message that is coming. */
  private channel: number | undefined;
  private readonly status = new BoundedBytes(LARGEST_STATUS_BYTES);

  constructor(
    name: string,
    private readonly socket: WebSocket,
    private readonly handlers: ExecHandlers,
    heartbeat: Heartbeat,
  ) {
    this.done = socket
      .start((bytes, first) => this.receive(bytes, first), heartbeat)
      .then((reason) => {
        const text = this.status.content.toString('utf8');
        if (text === '') throw new ConnectionError(name, `the connection ended without a status (${reason})`);
        return execStatus(name, text);
      });
    // Not everybody waits for it.
    this.done.catch(() => undefined);
  }

  async write(data: Buffer | string): Promise<void> {
    const bytes = typeof data === 'string' ? Buffer.from(data) : data;
    for (let start = 0; start < bytes.length; start += MAX_FRAME_BYTES) {
      const part = bytes.subarray(start, start + MAX_FRAME_BYTES);
      // The reason why the connection does not take it is on its way: a status, or the loss of the connection.
      if (!(await this.socket.send(Buffer.of(STDIN), part))) {
        await this.done;
        return;
      }
    }
  }

  endInput(): void {
    if (this.socket.protocol === V5) void this.socket.send(Buffer.of(CLOSE, STDIN));
  }

  close(): void {
    this.socket.close();
  }

  private receive(bytes: Buffer, first: boolean): void | Promise<void> {
    if (first) this.channel = bytes[0];
    const payload = first ? bytes.subarray(1) : bytes;
    // The kubelet opens channels with an empty message.
    if (payload.length === 0) return;
    if (this.channel === STATUS) this.status.take(payload);
    if (this.channel === STDOUT) return this.handlers.onStdout(payload);
    if (this.channel === STDERR) return this.handlers.onStderr(Buffer.from(payload));
  }
}

/** The last message of an exec: a Status object (Kubernetes: pkg/kubelet/cri/streaming/remotecommand). */
function execStatus(name: string, text: string): ExecStatus {
  const status = parseJson(text);
  if (!isMap(status)) throw new MalformedAnswerError(name, 'the status is not a JSON object', text);
  if (status['status'] === 'Success') return { exitCode: 0 };
  const cause = mapsAt(mapAt(status, 'details'), 'causes').find(({ reason }) => reason === 'ExitCode');
  const code = typeof cause?.['message'] === 'string' ? /^\d+$/.exec(cause['message']) : null;
  if (code === null) throw new ApiError(name, statusOf(500, text, {}));
  return { exitCode: Number(code[0]) };
}

import type { IncomingMessage } from 'node:http';
import WebSocket from 'ws';
import { ApiError, ConnectionError, statusOf } from './api-error.js';
import type { Connection } from './connection.js';

export interface ExecTarget {
  namespace: string;
  pod: string;
  container: string;
  /** argv: no shell in between. */
  command: readonly string[];
}

/** How a connection is kept awake, and when it counts as lost; in milliseconds. */
export interface Heartbeat {
  periodMs: number;
  deadlineMs: number;
}

export interface ExecHandlers {
  /** Called in order; while a returned promise is pending no more is read from the connection. */
  onStdout: (chunk: Buffer) => void | Promise<void>;
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

/** Larger messages are refused by some servers; kubectl writes 32 KiB, too. */
const MAX_FRAME_BYTES = 32 * 1024;
const HANDSHAKE_TIMEOUT_MS = 20_000;

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
  const path = `/api/v1/namespaces/${namespace}/pods/${pod}/exec`;
  const query = new URLSearchParams([
    ['container', container],
    ['stdin', 'true'],
    ['stdout', 'true'],
    ['stderr', 'true'],
    ...command.map((argument): [string, string] => ['command', argument]),
  ]);
  const name = `exec in container ${container} of pod ${pod}`;
  const socket = new WebSocket(
    `${connection.server.replace(/^http/, 'ws')}${path}?${query.toString()}`,
    [V5, V4],
    {
      agent: connection.agent,
      headers: { 'user-agent': 'podhooks', ...(await connection.authorization()) },
      handshakeTimeout: HANDSHAKE_TIMEOUT_MS,
      perMessageDeflate: false,
      skipUTF8Validation: true,
    },
  );
  const session = new WebSocketExec(name, socket, handlers, heartbeat);
  await session.opened;
  return session;
}

class WebSocketExec implements ExecSession {
  readonly opened: Promise<void>;
  readonly done: Promise<ExecStatus>;
  /** Handlers are called one after the other, also when one of them is slow. */
  private handled: Promise<void> | undefined;
  private queued = 0;
  private status: ExecStatus | ApiError | undefined;
  private lastSign = Date.now();

  constructor(
    private readonly name: string,
    private readonly socket: WebSocket,
    private readonly handlers: ExecHandlers,
    private readonly heartbeat: Heartbeat,
  ) {
    this.opened = new Promise((resolve, reject) => {
      socket.once('open', resolve);
      socket.once('unexpected-response', (_request, response: IncomingMessage) => {
        let body = '';
        response.setEncoding('utf8');
        response.on('data', (text: string) => (body += text));
        response.on('error', (cause) => reject(new ConnectionError(name, cause.message, cause)));
        response.on('end', () =>
          reject(new ApiError(name, statusOf(response.statusCode ?? 0, body, response.headers))),
        );
      });
      socket.once('error', (cause) => reject(new ConnectionError(name, cause.message, cause)));
    });
    this.done = new Promise((resolve, reject) => {
      socket.on('message', (data: Buffer) => this.receive(data, reject));
      socket.once('close', (code, reason) => {
        clearInterval(beats);
        const settle = () => {
          if (this.status instanceof ApiError) reject(this.status);
          else if (this.status !== undefined) resolve(this.status);
          else
            reject(
              new ConnectionError(
                name,
                `the connection ended without a status (${code} ${reason.toString()})`.replace(' )', ')'),
              ),
            );
        };
        if (this.handled === undefined) settle();
        else this.handled.then(settle, reject);
      });
    });
    // Each caller waits for `opened` first; a failure there must not count as unhandled here.
    this.done.catch(() => undefined);
    socket.on('error', () => undefined);
    socket.on('pong', () => (this.lastSign = Date.now()));
    const beats = setInterval(() => this.beat(), heartbeat.periodMs);
    beats.unref();
  }

  async write(data: Buffer | string): Promise<void> {
    const bytes = typeof data === 'string' ? Buffer.from(data) : data;
    for (let start = 0; start < bytes.length; start += MAX_FRAME_BYTES) {
      const frame = Buffer.concat([Buffer.of(STDIN), bytes.subarray(start, start + MAX_FRAME_BYTES)]);
      // The reason why the connection does not take it is on its way: a status, or the loss of the connection.
      if (!(await this.send(frame))) {
        await this.done;
        return;
      }
    }
  }

  endInput(): void {
    if (this.socket.protocol === V5) this.socket.send(Buffer.of(CLOSE, STDIN), () => undefined);
  }

  close(): void {
    this.socket.close();
    // Nobody waits for the server's goodbye.
    this.socket.terminate();
  }

  private send(frame: Buffer): Promise<boolean> {
    return new Promise((resolve) => this.socket.send(frame, (error) => resolve(!error)));
  }

  private receive(message: Buffer, reject: (error: unknown) => void): void {
    this.lastSign = Date.now();
    const channel = message[0];
    const payload = message.subarray(1);
    // The kubelet opens channels with an empty message.
    if (payload.length === 0) return;
    if (channel === STATUS) this.status = execStatus(this.name, payload.toString('utf8'));
    if (channel !== STDOUT && channel !== STDERR) return;
    const handler = channel === STDOUT ? this.handlers.onStdout : this.handlers.onStderr;
    if (this.handled === undefined) {
      const result = handler(payload);
      if (result !== undefined) this.enqueue(() => result, reject);
    } else this.enqueue(() => handler(payload), reject);
  }

  private enqueue(step: () => void | Promise<void>, reject: (error: unknown) => void): void {
    this.socket.pause();
    this.queued += 1;
    this.handled = (this.handled ?? Promise.resolve()).then(step);
    this.handled.then(() => {
      this.queued -= 1;
      if (this.queued > 0) return;
      this.handled = undefined;
      this.socket.resume();
    }, reject);
  }

  /** Keeps middle boxes awake, and notices a peer that has gone without a word. */
  private beat(): void {
    if (this.socket.isPaused) this.lastSign = Date.now();
    else if (Date.now() - this.lastSign > this.heartbeat.deadlineMs) this.socket.terminate();
    else if (this.socket.readyState === WebSocket.OPEN) this.socket.ping();
  }
}

/** The last message of an exec: a Status object (Kubernetes: pkg/kubelet/cri/streaming/remotecommand). */
function execStatus(name: string, text: string): ExecStatus | ApiError {
  const status = statusOf(500, text, {});
  if (/"status"\s*:\s*"Success"/.test(text)) return { exitCode: 0 };
  const code = /"reason"\s*:\s*"ExitCode"\s*,\s*"message"\s*:\s*"(\d+)"/.exec(text);
  return code === null ? new ApiError(name, status) : { exitCode: Number(code[1]) };
}

import { createHash, randomBytes } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { request as httpsRequest } from 'node:https';
import type { Duplex } from 'node:stream';
import { monotonicMs } from '../deadline.js';
import { refusalOf } from './answer.js';
import { ApiError, ConnectionError, statusOf } from './api-error.js';
import { headersOf } from './client.js';
import type { Connection } from './connection.js';
import { readDirectly } from '../wire/direct-reading.js';
import { FrameReader, maskedFrame, OPCODE, type Opcode, ProtocolError } from '../wire/frames.js';

/** What the server puts behind the client's key to prove that it has understood (RFC 6455 §1.3). */
const KEY_SUFFIX = '258EAFA5-E914-47DA-95CA-C5AB0DC85B11';
const HANDSHAKE_TIMEOUT_MS = 20_000;
/** RFC 6455 §7.4.1 */
const CLOSED_NORMALLY = 1000;

/** How a connection is kept awake, and when it counts as lost; in milliseconds. */
export interface Heartbeat {
  periodMs: number;
  deadlineMs: number;
}

/**
 * Takes the next bytes of a message, in order; `first` begins one. While its promise is pending it is not called again, and
 * the connection is not read; after that, the bytes are overwritten.
 */
export type OnPart = (bytes: Buffer, first: boolean) => void | Promise<void>;

/**
 * Opens a WebSocket, which is to be started at once. @param name of the request, for errors
 * @throws ApiError if the server refuses; ConnectionError if there is no connection, or no server that knows a protocol of these.
 */
export async function openWebSocket(
  connection: Connection,
  name: string,
  url: string,
  protocols: readonly string[],
): Promise<WebSocket> {
  const key = randomBytes(16).toString('base64');
  const headers = {
    ...(await headersOf(connection)),
    connection: 'Upgrade',
    upgrade: 'websocket',
    'sec-websocket-key': key,
    'sec-websocket-protocol': protocols.join(','),
    'sec-websocket-version': '13',
  };
  const request = httpsRequest(url, { agent: connection.agent, headers });
  const late = setTimeout(
    () => request.destroy(new Error(`no answer within ${HANDSHAKE_TIMEOUT_MS / 1000} s`)),
    HANDSHAKE_TIMEOUT_MS,
  );
  const opened = new Promise<WebSocket>((resolve, reject) => {
    const fail = (cause: Error) => reject(new ConnectionError(name, cause.message, cause));
    request.once('upgrade', (response, socket, head) => {
      const protocol = protocols.find((known) => known === response.headers['sec-websocket-protocol']);
      if (protocol !== undefined && response.headers['sec-websocket-accept'] === acceptOf(key))
        resolve(new WebSocket(socket, head, protocol));
      else {
        socket.destroy();
        reject(new ConnectionError(name, `the server speaks none of ${protocols.join(', ')}`));
      }
    });
    request.once('response', (response: IncomingMessage) => {
      refusalOf(response).then(
        (text) => reject(new ApiError(name, statusOf(response.statusCode ?? 0, text, response.headers))),
        (error: unknown) => fail(error instanceof Error ? error : new Error(String(error))),
      );
    });
    request.on('error', fail);
    request.end();
  });
  return opened.finally(() => clearTimeout(late));
}

function acceptOf(key: string): string {
  return createHash('sha1')
    .update(key + KEY_SUFFIX)
    .digest('base64');
}

/** An open WebSocket, as a client has it (RFC 6455). */
export class WebSocket {
  /** Parts are handled one after the other, also when it takes long. */
  private handled: Promise<void> | undefined;
  private waiting = 0;
  private lastSign = monotonicMs();
  /** Why the connection has ended. */
  private reason: string | undefined;

  constructor(
    private readonly socket: Duplex,
    private readonly head: Buffer,
    /** That the server has chosen. */
    readonly protocol: string,
  ) {
    socket.on('error', ({ message }) => (this.reason ??= message));
  }

  /**
   * Begins to read. Resolves with a reason when the connection has ended and all parts have been handled.
   * @throws what `onPart` throws: then nothing more is read
   */
  start(onPart: OnPart, heartbeat: Heartbeat): Promise<string> {
    const { socket } = this;
    const beats = setInterval(() => this.beat(heartbeat.deadlineMs), heartbeat.periodMs);
    beats.unref();
    return new Promise((resolve, reject) => {
      const reader = new FrameReader({
        onPart: (bytes, first) => this.handle(() => onPart(bytes, first), reject),
        onControl: (opcode, payload) => this.control(opcode, payload),
      });
      const take = (bytes: Buffer) => {
        this.lastSign = monotonicMs();
        try {
          reader.take(bytes);
        } catch (error) {
          if (error instanceof ProtocolError) this.reason ??= error.message;
          else reject(error instanceof Error ? error : new Error(String(error)));
          socket.destroy();
        }
        return this.handled;
      };
      socket.once('end', () => socket.destroy());
      socket.once('close', () => {
        clearInterval(beats);
        const settle = () => resolve(this.reason ?? 'without a goodbye');
        if (this.handled === undefined) settle();
        else this.handled.then(settle, reject);
      });
      void take(this.head);
      readDirectly(socket, take);
    });
  }

  /** Sends a message. Resolves when its bytes have left this process: true, or false if the connection has ended. */
  send(...parts: readonly Buffer[]): Promise<boolean> {
    return new Promise((resolve) =>
      this.socket.write(maskedFrame(OPCODE.binary, ...parts), (error) => resolve(!error)),
    );
  }

  /** Says goodbye and does not wait for the server's. */
  close(): void {
    this.socket.write(maskedFrame(OPCODE.close, closeCode(CLOSED_NORMALLY)), () => undefined);
    this.socket.destroy();
  }

  private handle(part: () => void | Promise<void>, failed: (error: unknown) => void): void {
    if (this.handled === undefined) {
      const result = part();
      if (result === undefined) return;
      this.socket.pause();
      this.handled = result;
    } else this.handled = this.handled.then(part);
    this.waiting += 1;
    this.handled.then(() => {
      this.waiting -= 1;
      if (this.waiting > 0) return;
      this.handled = undefined;
      this.socket.resume();
    }, failed);
  }

  private control(opcode: Opcode, payload: Buffer): void {
    if (opcode === OPCODE.ping) this.socket.write(maskedFrame(OPCODE.pong, payload), () => undefined);
    if (opcode !== OPCODE.close) return;
    this.reason ??=
      payload.length < 2 ? 'closed' : `${payload.readUInt16BE(0)} ${payload.toString('utf8', 2)}`.trim();
    this.socket.end(maskedFrame(OPCODE.close, payload.subarray(0, 2)), () => this.socket.destroy());
  }

  /** Keeps middle boxes awake, and notices a peer that is gone silently. */
  private beat(deadlineMs: number): void {
    if (this.handled !== undefined) this.lastSign = monotonicMs();
    else if (monotonicMs() - this.lastSign > deadlineMs) {
      this.reason ??= `no sign of the server within ${deadlineMs / 1000} s`;
      this.socket.destroy();
    } else this.socket.write(maskedFrame(OPCODE.ping), () => undefined);
  }
}

function closeCode(code: number): Buffer {
  const payload = Buffer.alloc(2);
  payload.writeUInt16BE(code);
  return payload;
}

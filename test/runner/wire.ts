import type { Readable } from 'node:stream';
import type { HookCall, HookResult, Runner } from './runner.js';
import { RunnerError } from './runner.js';

/**
 * What goes over the pipe between a test and the agent in a runner pod: one JSON document a line.
 * Both ends are built from the same source, so the checks here look at the tags only.
 */
type Remote = Pick<Runner, 'startJob' | 'writeFile' | 'readFile' | 'remove' | 'stat' | 'list' | 'exec'> & {
  perform(call: HookCall, options: { keepOutput: boolean; stream: boolean }): Promise<HookResult>;
  /** Cancels the hook call that another request started. */
  cancel(id: number): Promise<void>;
  /** Ends the agent; there is no answer. */
  shutdown(): Promise<void>;
};
export type Method = keyof Remote;
export type Params<M extends Method> = Parameters<Remote[M]>;
export type Result<M extends Method> = Awaited<ReturnType<Remote[M]>>;

/** `oldest` is the first request that the client still waits for: answers before it are not needed any more. */
export type Request = { [M in Method]: { id: number; oldest: number; method: M; params: Params<M> } }[Method];
export interface Answer<M extends Method = Method> {
  id: number;
  method: M;
  result: Result<M>;
}
export interface Failure {
  id: number;
  error: { name: string; message: string; result?: HookResult };
}
/** A piece of output of a hook call that is still running. */
export interface Piece {
  id: number;
  stream: 'stdout' | 'stderr';
  chunk: Buffer;
}

export function isRequest(message: unknown): message is Request {
  return hasId(message) && 'method' in message && 'params' in message;
}
export function isAnswer<M extends Method>(message: unknown, method: M): message is Answer<M> {
  return hasId(message) && 'method' in message && message.method === method && 'result' in message;
}
export function isFailure(message: unknown): message is Failure {
  return hasId(message) && 'error' in message;
}
export function isPiece(message: unknown): message is Piece {
  return hasId(message) && 'chunk' in message;
}
export function hasId(message: unknown): message is { id: number } {
  return typeof message === 'object' && message !== null && 'id' in message && typeof message.id === 'number';
}

export function failure(id: number, error: unknown): Failure {
  const { name, message } = error instanceof Error ? error : new Error(String(error));
  const result = error instanceof RunnerError ? error.result : undefined;
  return { id, error: { name, message, ...(result === undefined ? {} : { result }) } };
}
export function errorOf({ error }: Failure): Error {
  return error.name === 'RunnerError'
    ? new RunnerError(error.message, error.result)
    : new Error(error.message);
}

/** One line of text, with its end. Buffers become { $base64 }. */
export function encode(message: unknown): string {
  return `${JSON.stringify(withoutBuffers(message))}\n`;
}

/** Throws SyntaxError for what is not JSON. */
export function decode(line: string): unknown {
  const message: unknown = JSON.parse(line, (_key, value: unknown) => {
    const isBuffer = typeof value === 'object' && value !== null && '$base64' in value;
    return isBuffer ? Buffer.from(String(value.$base64), 'base64') : value;
  });
  return message;
}

/** Not a replacer of JSON.stringify: that would see a buffer only after it became an array of numbers. */
function withoutBuffers(value: unknown): unknown {
  if (Buffer.isBuffer(value)) return { $base64: value.toString('base64') };
  if (Array.isArray(value)) return value.map(withoutBuffers);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, withoutBuffers(member)]));
}

/** Calls the listener for each line. A last line without end, of a connection that was cut, is dropped. */
export function onLines(stream: Readable, listener: (line: string) => void): void {
  let pieces: Buffer[] = [];
  stream.on('data', (chunk: Buffer) => {
    let start = 0;
    for (let end = chunk.indexOf('\n'); end >= 0; end = chunk.indexOf('\n', start)) {
      listener(Buffer.concat([...pieces, chunk.subarray(start, end)]).toString());
      pieces = [];
      start = end + 1;
    }
    pieces.push(chunk.subarray(start));
  });
}

import type { ChildProcessWithoutNullStreams } from 'node:child_process';
import type { RunnerFolders } from './paths.js';
import type {
  CallOptions,
  ExecOptions,
  ExecResult,
  FileStat,
  HookCall,
  HookResult,
  JobOptions,
  OutputStream,
} from './runner.js';
import { Runner } from './runner.js';
import { decode, encode, errorOf, hasId, isAnswer, isFailure, isPiece, onLines } from './wire.js';
import type { Method, Params, Result } from './wire.js';

interface Pending {
  request: unknown;
  received: (message: unknown) => void;
  failed: (error: Error) => void;
}

const RECONNECT_PAUSE_MS = 1_000;
const RECONNECT_ATTEMPTS = 300;
const CLOSE_GRACE_MS = 2_000;
/** What kubectl says when there is nothing to come back to. */
const GONE = /not ?found|completed pod|ENOENT/i;

/** A runner behind the agent's stdin and stdout, which may be cut and are connected again. */
export class AgentClient extends Runner {
  readonly folders: RunnerFolders;
  readonly #start: () => ChildProcessWithoutNullStreams;
  readonly #pending = new Map<number, Pending>();
  #connection: ChildProcessWithoutNullStreams;
  #reconnect: NodeJS.Timeout | undefined;
  #attempts = 0;
  #lastId = 0;
  /** Why nothing more can be asked. */
  #over: string | undefined;

  /** `start` starts the agent, or what carries its stdin and stdout. */
  constructor(start: () => ChildProcessWithoutNullStreams, folders: RunnerFolders) {
    super();
    this.folders = folders;
    this.#start = start;
    this.#connection = this.#connect();
  }

  async startJob(job: JobOptions = {}): Promise<void> {
    await this.#ask('startJob', [job]);
  }

  async perform(call: HookCall, options: CallOptions = {}): Promise<HookResult> {
    const { signal, onOutput, keepOutput = true } = options;
    const id = this.#nextId();
    const cancel = () => void this.#ask('cancel', [id]).catch(() => undefined);
    const answer = this.#ask('perform', [call, { keepOutput, stream: onOutput !== undefined }], id, onOutput);
    if (signal?.aborted === true) cancel();
    signal?.addEventListener('abort', cancel);
    try {
      return await answer;
    } finally {
      signal?.removeEventListener('abort', cancel);
    }
  }

  async writeFile(path: string, content: string | Buffer, mode?: number): Promise<void> {
    await this.#ask('writeFile', mode === undefined ? [path, content] : [path, content, mode]);
  }
  readFile(path: string): Promise<Buffer> {
    return this.#ask('readFile', [path]);
  }
  async remove(path: string): Promise<void> {
    await this.#ask('remove', [path]);
  }
  stat(path: string): Promise<FileStat | null> {
    return this.#ask('stat', [path]);
  }
  list(path: string): Promise<string[]> {
    return this.#ask('list', [path]);
  }
  exec(argv: readonly [string, ...string[]], options: ExecOptions = {}): Promise<ExecResult> {
    return this.#ask('exec', [argv, options]);
  }

  /** Ends the agent. What is still asked fails. */
  async close(): Promise<void> {
    if (this.#over !== undefined) return;
    this.#end('the runner was closed');
    clearTimeout(this.#reconnect);
    const connection = this.#connection;
    if (connection.exitCode !== null || connection.signalCode !== null) return;
    const ended = new Promise((resolve) => connection.once('close', resolve));
    connection.stdin.end(
      encode({ id: this.#nextId(), oldest: this.#lastId, method: 'shutdown', params: [] }),
    );
    const killer = setTimeout(() => connection.kill('SIGKILL'), CLOSE_GRACE_MS);
    await ended;
    clearTimeout(killer);
  }

  #connect(): ChildProcessWithoutNullStreams {
    const connection = this.#start();
    let errorText = '';
    onLines(connection.stdout, (line) => this.#receive(decode(line)));
    connection.stderr.on('data', (chunk: Buffer) => (errorText += chunk.toString()));
    connection.stdin.on('error', () => undefined);
    connection.on('error', (error) => (errorText += error.message));
    connection.once('close', () => this.#lost(errorText));
    for (const { request } of this.#pending.values()) connection.stdin.write(encode(request));
    return connection;
  }

  #lost(errorText: string): void {
    if (this.#over !== undefined) return;
    if (++this.#attempts > RECONNECT_ATTEMPTS || GONE.test(errorText))
      this.#end(`the agent is gone: ${errorText.trim()}`);
    else this.#reconnect = setTimeout(() => (this.#connection = this.#connect()), RECONNECT_PAUSE_MS);
  }

  #end(reason: string): void {
    this.#over = reason;
    for (const { failed } of this.#pending.values()) failed(new Error(reason));
    this.#pending.clear();
  }

  #nextId(): number {
    return ++this.#lastId;
  }

  #ask<M extends Method>(
    method: M,
    params: Params<M>,
    id = this.#nextId(),
    onOutput?: (chunk: Buffer, stream: OutputStream) => void,
  ): Promise<Result<M>> {
    return new Promise<Result<M>>((resolve, reject) => {
      if (this.#over !== undefined) throw new Error(this.#over);
      const received = (message: unknown) => {
        if (isPiece(message)) return onOutput?.(message.chunk, message.stream);
        this.#pending.delete(id);
        if (isAnswer(message, method)) resolve(message.result);
        else
          reject(isFailure(message) ? errorOf(message) : new Error(`the agent gave no answer to ${method}`));
      };
      const request = { id, oldest: Math.min(id, ...this.#pending.keys()), method, params };
      this.#pending.set(id, { request, received, failed: reject });
      this.#connection.stdin.write(encode(request));
    });
  }

  #receive(message: unknown): void {
    this.#attempts = 0;
    if (hasId(message)) this.#pending.get(message.id)?.received(message);
  }
}

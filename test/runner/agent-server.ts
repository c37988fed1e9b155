import { rmSync } from 'node:fs';
import { createServer } from 'node:net';
import type { Socket } from 'node:net';
import type { OutputStream, Variables } from './runner.js';
import type { SimulatorOptions } from './simulator.js';
import { RunnerSimulator } from './simulator.js';
import { decode, encode, failure, isRequest, onLines } from './wire.js';
import type { Request } from './wire.js';

export interface AgentOptions extends Omit<SimulatorOptions, 'environment'> {
  /** Path of the socket through which the agent is found again. */
  socket: string;
}

/** Answers requests over a socket until it is told to shut down. */
export function serve({ socket, ...options }: AgentOptions): void {
  const environment: Variables = Object.fromEntries(
    Object.entries(process.env).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])),
  );
  const agent = new AgentServer(new RunnerSimulator({ ...options, environment }));
  rmSync(socket, { force: true });
  createServer((connection) => agent.connected(connection)).listen(socket);
}

class AgentServer {
  readonly #runner: RunnerSimulator;
  readonly #running = new Map<number, AbortController>();
  /** Kept until the client no longer waits for them: what was sent may not have arrived. */
  readonly #answers = new Map<number, string>();
  #connection: Socket | undefined;

  constructor(runner: RunnerSimulator) {
    this.#runner = runner;
  }

  /** The newest connection gets everything. */
  connected(connection: Socket): void {
    this.#connection = connection;
    connection.on('error', () => undefined);
    onLines(connection, (line) => this.#receive(decode(line)));
  }

  /** The client repeats what it still waits for after a cut: nothing is done twice. */
  #receive(request: unknown): void {
    if (!isRequest(request)) return;
    const { id, method, oldest } = request;
    for (const old of this.#answers.keys()) if (old < oldest) this.#answers.delete(old);
    const known = this.#answers.get(id);
    if (known !== undefined) this.#connection?.write(known);
    if (known !== undefined || this.#running.has(id)) return;
    const controller = new AbortController();
    this.#running.set(id, controller);
    this.#carryOut(request, controller.signal).then(
      (result) => this.#answer(id, { id, method, result: result ?? null }),
      (error: unknown) => this.#answer(id, failure(id, error)),
    );
  }

  #answer(id: number, message: unknown): void {
    const text = encode(message);
    this.#running.delete(id);
    this.#answers.set(id, text);
    this.#connection?.write(text);
  }

  async #carryOut(request: Request, signal: AbortSignal): Promise<unknown> {
    const runner = this.#runner;
    switch (request.method) {
      case 'startJob':
        return runner.startJob(...request.params);
      case 'writeFile':
        return runner.writeFile(...request.params);
      case 'readFile':
        return runner.readFile(...request.params);
      case 'remove':
        return runner.remove(...request.params);
      case 'stat':
        return runner.stat(...request.params);
      case 'list':
        return runner.list(...request.params);
      case 'exec':
        return runner.exec(...request.params);
      case 'perform': {
        const [call, { keepOutput, stream }] = request.params;
        const pass = (chunk: Buffer, from: OutputStream) =>
          this.#connection?.write(encode({ id: request.id, stream: from, chunk }));
        return runner.perform(call, { keepOutput, signal, ...(stream ? { onOutput: pass } : {}) });
      }
      case 'cancel':
        return this.#running.get(request.params[0])?.abort();
      case 'shutdown':
        return process.exit();
    }
  }
}

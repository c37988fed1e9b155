import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { ConnectionError } from '../../src/cluster/api-error.js';
import type { ExecHandlers, ExecSession, ExecStatus } from '../../src/cluster/exec.js';
import { CONTAINER_ENVIRONMENT } from './shell-exec.js';
import type { StepBed } from './step-bed.js';

/** What happens to the connection of an exec. */
export interface Fault {
  /** It is lost when this many bytes of stdout have come. */
  afterOutputBytes?: number;
  /** It is lost when this many bytes of the input have gone. */
  afterInputBytes?: number;
}

/** An exec whose command is a real program of this machine, the bed's shell at first, and whose connection may be lost. */
export class ShellSession implements ExecSession {
  readonly done: Promise<ExecStatus>;
  private readonly child: ChildProcessWithoutNullStreams;
  private reject: (error: Error) => void = () => undefined;
  private came = 0;
  private went = 0;

  constructor(
    private readonly bed: StepBed,
    handlers: ExecHandlers,
    private readonly fault: Fault = {},
    [program = '', ...options]: readonly string[] = bed.shell.argv,
  ) {
    this.child = spawn(program, options, { cwd: bed.root, env: CONTAINER_ENVIRONMENT, detached: true });
    bed.adopt(() => this.kill());
    this.child.stdin.on('error', () => undefined);
    this.child.stdout.on('data', (chunk: Buffer) => {
      const room = (fault.afterOutputBytes ?? Infinity) - this.came;
      this.came += chunk.length;
      if (room > 0) void this.lend(chunk.subarray(0, room), handlers);
      if (chunk.length >= room) this.lose();
    });
    this.child.stderr.on('data', (chunk: Buffer) => void handlers.onStderr(chunk));
    this.done = new Promise((resolve, reject) => {
      this.reject = reject;
      this.child.on('close', (code) => resolve({ exitCode: code ?? 137 }));
    });
    this.done.catch(() => undefined);
    if (fault.afterOutputBytes === 0) this.lose();
  }

  /** As on a real connection, the bytes are overwritten as soon as they have been handled. */
  private async lend(chunk: Buffer, handlers: ExecHandlers): Promise<void> {
    await handlers.onStdout(chunk);
    chunk.fill('?');
  }

  write(data: Buffer | string): Promise<void> {
    const bytes = typeof data === 'string' ? Buffer.from(this.bed.local(data)) : data;
    const room = (this.fault.afterInputBytes ?? Infinity) - this.went;
    this.went += bytes.length;
    // A copy: who is told that it has left may overwrite it.
    this.child.stdin.write(Buffer.from(bytes.subarray(0, Math.max(0, room))));
    if (bytes.length < room) return Promise.resolve();
    this.lose();
    return this.done.then(() => undefined);
  }

  endInput(): void {
    this.child.stdin.end();
  }

  close(): void {
    this.lose();
  }

  /** The client hears no more. The input ends; nobody empties the output. */
  private lose(): void {
    for (const stream of [this.child.stdout, this.child.stderr]) stream.removeAllListeners('data').pause();
    this.child.stdin.end();
    this.reject(new ConnectionError('exec', 'the connection ended without a status'));
  }

  private kill(): void {
    for (const stream of this.child.stdio) stream?.destroy();
    try {
      if (this.child.pid !== undefined) process.kill(-this.child.pid, 'SIGKILL');
    } catch {
      // Nothing is left.
    }
  }
}

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { passedOn } from '../../src/step/script.js';
import { endWords } from '../../src/step/end-words.js';
import { type LogPosition, type StepEnd, StepOutput } from '../../src/step/output.js';
import { StepReport } from '../../src/step/report.js';

/** What a container gives its processes. */
export const CONTAINER_ENVIRONMENT = { PATH: '/usr/local/bin:/usr/bin:/bin', HOME: '/' };

/** Those of all steps in tests. */
export const ENDS = endWords();

export interface StepRun {
  /** The step's output, without its end marker. */
  bytes: Buffer;
  output: string;
  /** Undefined if the step's end did not come. */
  end: StepEnd | undefined;
  report: StepReport;
}

/** A shell that reads a text from its standard input in a session of its own, as one that a kubelet starts. */
export class ShellExec {
  private readonly child;
  private readonly closed: Promise<unknown>;
  private readonly output: StepOutput;
  private readonly taken: Buffer[] = [];
  private readonly report: StepReport;
  /** Called for each piece of the report. */
  onReport: () => void = () => undefined;
  private parting: string | undefined;
  private left: () => void = () => undefined;
  private readonly complete = new Promise<void>((resolve) => (this.left = resolve));

  constructor(
    argv: readonly string[],
    folder: string,
    text: string,
    /** Of the log and of the report channel. */
    nonce: string,
  ) {
    const [program = '', ...rest] = argv;
    this.report = new StepReport(nonce, 20);
    this.output = new StepOutput(nonce, ENDS);
    this.child = spawn(program, rest, { cwd: folder, env: CONTAINER_ENVIRONMENT, detached: true });
    this.closed = once(this.child, 'close');
    this.child.stdin.on('error', () => undefined);
    this.child.stdout.on('data', (chunk: Buffer) => {
      const { segment } = this.output.position;
      this.taken.push(this.output.take(chunk));
      if (this.output.position.segment > segment) this.child.stdin.write(passedOn(this.output.position));
      this.part();
    });
    this.child.stderr.on('data', (chunk: Buffer) => {
      this.report.take(chunk);
      this.onReport();
      this.part();
    });
    this.child.stdin.write(text);
  }

  /** Of the shell, its group and its session. */
  get pid(): number {
    if (this.child.pid === undefined) throw new Error('the shell did not start');
    return this.child.pid;
  }

  /** All of the step's output that has come. */
  get received(): string {
    return Buffer.concat(this.taken).toString();
  }

  get bytesReceived(): number {
    return this.output.passed;
  }

  /** Where another exec can go on. */
  get position(): LogPosition {
    return this.output.position;
  }

  /** Sends this text as soon as the step's end and its results are there, and leaves. */
  partWith(text: string): void {
    this.parting = text;
    this.part();
  }

  /** Ends the input, as a client that has no more to say. */
  endInput(): void {
    this.child.stdin.end();
  }

  /** The client is gone: nobody reads or writes any more, yet the pipes stay open. */
  cut(): void {
    this.child.stdout.removeAllListeners('data').pause();
    this.child.stderr.removeAllListeners('data').pause();
  }

  /** Resolves when all is said and the parting text is sent, or when the exec is at its end. */
  async ended(): Promise<StepRun> {
    await Promise.race([this.complete, this.closed]);
    return this.run();
  }

  /** Resolves when nobody holds the exec's output any more: then a kubelet calls it ended. */
  async released(): Promise<StepRun> {
    await this.closed;
    return this.run();
  }

  /** Ends what is left of the shell and its children. */
  kill(): void {
    for (const stream of [this.child.stdin, this.child.stdout, this.child.stderr]) stream.destroy();
    try {
      process.kill(-this.pid, 'SIGKILL');
    } catch {
      // Nothing is left.
    }
  }

  private run(): StepRun {
    const bytes = Buffer.concat(this.taken);
    return { bytes, output: bytes.toString(), end: this.output.end, report: this.report };
  }

  private part(): void {
    if (this.parting === undefined || this.output.end === undefined || !this.report.done) return;
    this.child.stdin.end(this.parting);
    this.parting = undefined;
    this.left();
  }
}

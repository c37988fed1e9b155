import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import type { OutputStream, Variables } from './runner.js';
import { RunnerError } from './runner.js';

export interface HookProcess {
  node: string;
  hook: string;
  cwd: string;
  env: Variables;
  stdin: string;
  onOutput: (chunk: Buffer, stream: OutputStream) => void;
  signal?: AbortSignal | undefined;
  /** How long the process has after SIGINT, and after SIGTERM. */
  graceMs: CancelGrace;
}

export interface CancelGrace {
  SIGINT: number;
  SIGTERM: number;
}
/** ProcessInvoker.cs */
export const RUNNER_GRACE: CancelGrace = { SIGINT: 7_500, SIGTERM: 2_500 };

export interface ProcessEnd {
  exitCode: number | null;
  signal: NodeJS.Signals | null;
  cancelledBy: NodeJS.Signals | null;
  durationMs: number;
  maxRssKb: number;
}

/** Children that keep the output open do not hold the runner up for longer than this. */
const OUTPUT_GRACE_MS = 5_000;
const SAMPLE_MS = 25;

/** Runs the hook once. Throws RunnerError when it cannot be started, as with a workspace that is gone. */
export async function runHookProcess(options: HookProcess): Promise<ProcessEnd> {
  const started = performance.now();
  const child = spawn(options.node, [options.hook], { cwd: options.cwd, env: options.env });
  const exited = new Promise<[number | null, NodeJS.Signals | null]>((resolve, reject) => {
    child.once('exit', (code, signal) => resolve([code, signal]));
    child.once('error', (error) =>
      reject(new RunnerError(`cannot start ${options.node} in ${options.cwd}: ${error.message}`)),
    );
  });
  const closed = new Promise<void>((resolve) => child.once('close', () => resolve()));
  child.stdout.on('data', (chunk: Buffer) => options.onOutput(chunk, 'stdout'));
  child.stderr.on('data', (chunk: Buffer) => options.onOutput(chunk, 'stderr'));
  // A hook that ends before it has read everything is no fault of the runner's.
  child.stdin.on('error', () => undefined);
  child.stdin.end(options.stdin);

  let maxRssKb = 0;
  const sample = () => (maxRssKb = Math.max(maxRssKb, peakRssKb(child.pid)));
  const sampler = setInterval(sample, SAMPLE_MS);
  const cancel = escalation(options.graceMs, (signal) => child.kill(signal));
  if (options.signal?.aborted === true) cancel.start();
  options.signal?.addEventListener('abort', cancel.start);
  try {
    const [exitCode, signal] = await exited;
    const end = { exitCode, signal, cancelledBy: cancel.last(), durationMs: performance.now() - started };
    cancel.stop();
    await Promise.race([closed, delay(OUTPUT_GRACE_MS)]);
    child.stdout.destroy();
    child.stderr.destroy();
    return { ...end, maxRssKb };
  } finally {
    clearInterval(sampler);
    cancel.stop();
    options.signal?.removeEventListener('abort', cancel.start);
  }
}

/** SIGINT, then SIGTERM, then SIGKILL, each when the grace before it is over. */
function escalation(graceMs: CancelGrace, kill: (signal: NodeJS.Signals) => void) {
  let last: NodeJS.Signals | null = null;
  let timer: NodeJS.Timeout | undefined;
  const send = (signal: 'SIGINT' | 'SIGTERM' | 'SIGKILL') => {
    last = signal;
    kill(signal);
    if (signal === 'SIGINT') timer = setTimeout(() => send('SIGTERM'), graceMs.SIGINT);
    if (signal === 'SIGTERM') timer = setTimeout(() => send('SIGKILL'), graceMs.SIGTERM);
  };
  return { start: () => send('SIGINT'), stop: () => clearTimeout(timer), last: () => last };
}

function peakRssKb(pid: number | undefined): number {
  try {
    return Number(/^VmHWM:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid ?? 0}/status`, 'utf8'))?.[1] ?? 0);
  } catch {
    return 0;
  }
}

function delay(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms).unref());
}

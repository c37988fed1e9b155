import { spawn, type ChildProcess } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough, Readable } from 'node:stream';
import { finished } from 'node:stream/promises';

export interface Mount {
  /** A directory or file of this machine. */
  source: string;
  /** Where the container sees it. */
  target: string;
  readOnly: boolean;
}

export interface Launch {
  command: string[];
  environment: Map<string, string>;
  workdir: string;
  /** `uid:gid`, or undefined for the user of the engine (root in a sandbox). Only root can change to another one. */
  user?: string;
}

export interface Started {
  child: ChildProcess;
  /** Node throws away what nobody reads of a child's own streams when it ends; these keep it until somebody does. */
  stdout: Readable;
  stderr: Readable;
  /** The id of the container's first process on this machine. */
  pid: number;
}

/** The command could not be run at all. */
export class StartError extends Error {}

const read = (name: string) => readFileSync(new URL(`./sandbox/${name}`, import.meta.url), 'utf8');
const ENTER = read('enter.sh');
const ROOT = read('root.sh') + ENTER;
// The PATH of an ordinary user may lack `pivot_root`.
const ENVIRONMENT = { ...process.env, PATH: `${process.env['PATH'] ?? ''}:/usr/sbin:/sbin` };
const NAMESPACES = ['--mount', '--pid'];
// The shell stays outside of the process namespace and waits for its first process, for `unshare --fork` would make
// exit code 1 of a SIGKILL. What it has to say itself (`Killed`) is not for the container's log.
const WAIT = 'exec 4>&2 2> /dev/null; setsid sh -c "$0" sh "$@" 2>&4 4>&-; exit $?';

/**
 * Runs containers as processes of this machine. With mount namespaces a container has a root file system of
 * its own (this machine's, copied on write) with volumes at their places, and a process tree that ends with it.
 */
export class Sandbox {
  private constructor(
    /** Why volumes cannot be given to containers here, or undefined when they can. */
    readonly limitation: string | undefined,
    private readonly asRoot: boolean,
  ) {}

  /** Tries out what the kernel allows: as root, else (or where root lacks the rights) in a user namespace. */
  static async detect(): Promise<Sandbox> {
    let why: string | undefined;
    for (const asRoot of process.getuid?.() === 0 ? [true, false] : [false]) {
      const sandbox = new Sandbox(undefined, asRoot);
      const fault = await sandbox.#fault();
      if (fault === undefined) return sandbox;
      why ??= fault;
    }
    return Sandbox.without(why ?? '');
  }

  /** Containers as plain processes, for the reason given. */
  static without(limitation: string): Sandbox {
    return new Sandbox(limitation, process.getuid?.() === 0);
  }

  /** Why a process in new namespaces cannot be run. */
  async #fault(): Promise<string | undefined> {
    const directory = await mkdtemp(join(tmpdir(), 'podhooks-probe-'));
    const launch = { command: ['true'], environment: new Map([['PATH', '/usr/bin:/bin']]), workdir: '/' };
    try {
      const { child } = await this.start(directory, [], launch);
      return (await exitCode(child)) === 0 ? undefined : 'a process in new namespaces failed';
    } catch (error) {
      return error instanceof Error ? error.message : String(error);
    } finally {
      await rm(directory, { recursive: true, force: true });
    }
  }

  get hasMounts(): boolean {
    return this.limitation === undefined;
  }

  /** @throws StartError naming what the runtime of a node would name */
  start(directory: string, mounts: Mount[], launch: Launch): Promise<Started> {
    const enter = this.#enterArguments(launch);
    if (!this.hasMounts) return run('sh', ['-c', ENTER, 'sh', ...enter], 'ignore');
    const flags = this.asRoot ? NAMESPACES : ['--user', '--map-root-user', ...NAMESPACES];
    const list = mounts.flatMap(({ source, target, readOnly }) => [source, target, readOnly ? 'ro' : 'rw']);
    const words = [...flags, 'sh', '-c', WAIT, ROOT, directory, String(mounts.length), ...list];
    return run('unshare', [...words, ...enter], 'ignore');
  }

  /** Runs a command beside the first process `pid` of a container. */
  enter(pid: number, launch: Launch, stdin: 'pipe' | 'ignore'): Promise<Started> {
    const shell = ['sh', '-c', ENTER, 'sh', ...this.#enterArguments(launch)];
    if (!this.hasMounts) return run('sh', shell.slice(1), stdin);
    const user = this.asRoot ? [] : ['--user', '--preserve-credentials'];
    const target = ['--target', String(pid), ...user, '--mount', '--pid'];
    // As under runc: signals to the group of the command reach what it started.
    return run('nsenter', [...target, 'setsid', ...shell], stdin);
  }

  #enterArguments({ command, environment, workdir, user = '' }: Launch): string[] {
    const variables = [...environment].map(([name, value]) => `${name}=${value}`);
    const search = environment.get('PATH') ?? '';
    return [workdir, this.asRoot ? user : '', search, String(variables.length), ...variables, ...command];
  }
}

/** Settles when the command and all that hold its output have ended, and everything of it was read. */
export async function outputEnded({ stdout, stderr }: Started): Promise<void> {
  await Promise.all([finished(stdout), finished(stderr)]);
}

/** The exit code of a process as a shell counts: 128 and the signal's number for one that a signal ended. */
export function exitCode(child: ChildProcess): Promise<number> {
  return new Promise((resolve) => {
    const answer = (code: number | null, signal: NodeJS.Signals | null) =>
      resolve(code ?? 128 + numberOf(signal));
    if (child.exitCode !== null || child.signalCode !== null) answer(child.exitCode, child.signalCode);
    else child.once('exit', answer);
  });
}

const numberOf = (signal: NodeJS.Signals | null) => (signal === null ? 0 : (SIGNALS[signal] ?? 0));
const SIGNALS: Partial<Record<NodeJS.Signals, number>> = {
  ...{ SIGHUP: 1, SIGINT: 2, SIGQUIT: 3, SIGABRT: 6, SIGKILL: 9, SIGSEGV: 11, SIGPIPE: 13, SIGTERM: 15 },
};

async function run(program: string, words: string[], stdin: 'pipe' | 'ignore'): Promise<Started> {
  // A session of its own: a signal to the test (Ctrl-C) is not one to the container.
  const child = spawn(program, words, {
    detached: true,
    stdio: [stdin, 'pipe', 'pipe', 'pipe'],
    env: ENVIRONMENT,
  });
  const [stdout, stderr] = [kept(child.stdout), kept(child.stderr)];
  const report = await readReport(child, stderr);
  const [, word, rest = ''] = /^(\w+) ?(.*)/.exec(report) ?? [];
  if (word !== 'started') throw new StartError(rest || report || `${program} did not start`);
  return { child, stdout, stderr, pid: rest === '' ? (child.pid ?? 0) : Number(rest) };
}

function kept(stream: Readable | null): Readable {
  return stream === null ? Readable.from([]) : stream.pipe(new PassThrough());
}

/** The line of descriptor 3, or what was said on stderr instead when the process ended before that. */
function readReport(child: ChildProcess, stderr: Readable): Promise<string> {
  const channel = child.stdio[3];
  return new Promise((resolve) => {
    child.once('error', ({ message }) => resolve(`failed ${message}`));
    if (!isReadable(channel)) {
      resolve('failed without a channel');
      return;
    }
    let text = '';
    // The end of the channel tells nothing: unshare and nsenter keep it open as long as their child lives.
    channel.setEncoding('utf8').on('data', (chunk: string) => {
      text += chunk;
      if (text.endsWith('\n')) resolve(text.trim());
    });
    child.once('close', () => {
      const words: unknown = stderr.read();
      resolve(`failed ${Buffer.isBuffer(words) ? words.toString().trim() : 'before its start'}`);
    });
  });
}

const isReadable = (stream: unknown): stream is Readable =>
  typeof stream === 'object' && stream !== null && 'setEncoding' in stream;

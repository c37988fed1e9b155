import { randomUUID } from 'node:crypto';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ContainerLog } from './log.js';
import {
  exitCode,
  type Launch,
  type Mount,
  outputEnded,
  type Sandbox,
  type Started,
  StartError,
} from './sandbox.js';
import type { ContainerSpec, ContainerState, ContainerStatus, Handler, Terminated } from './types.js';

const MESSAGE_LIMIT_BYTES = 4096;

/** One container of a pod: its processes, its log and its state as the kubelet reports it. */
export class Container {
  state: ContainerState;
  lastState: ContainerStatus['lastState'] = {};
  ready = false;
  restarts = 0;
  log = new ContainerLog();
  /** Overrides the reason of the next end, such as OOMKilled. */
  endReason: string | undefined;
  /** Process groups of commands that run beside the first process: without sandbox they would outlive it. */
  readonly #entered = new Set<number>();
  #launch: Launch | undefined;
  #pid = 0;
  #id = '';
  #ended: Promise<unknown> = Promise.resolve();

  constructor(
    readonly spec: ContainerSpec,
    waiting: string,
    private readonly sandbox: Sandbox,
  ) {
    this.state = { waiting: { reason: waiting } };
  }

  /** Whether the kubelet would find it: an exec answers `container not found` otherwise. */
  get alive(): boolean {
    return this.#pid !== 0;
  }

  get exit(): Terminated | undefined {
    return 'terminated' in this.state ? this.state.terminated : undefined;
  }

  /** Settles with the state `terminated` of the run that `start` began. */
  get ended(): Promise<unknown> {
    return this.#ended;
  }

  /**
   * Starts the first process and runs the postStart hook, as the kubelet does before it goes on.
   * A command that cannot be run ends the container; `changed` is called when it ends later.
   */
  async start(directory: string, mounts: Mount[], launch: Launch, changed: () => void): Promise<void> {
    this.#id = randomUUID();
    await mkdir(join(directory, 'root'), { recursive: true });
    const message = join(directory, 'termination-log');
    await writeFile(message, '');
    const target = this.spec.terminationMessagePath ?? '/dev/termination-log';
    const startedAt = now();
    let started: Started;
    try {
      const all = this.sandbox.hasMounts ? [...mounts, { source: message, target, readOnly: false }] : [];
      started = await this.sandbox.start(join(directory, 'root'), all, launch);
    } catch (error) {
      if (!(error instanceof StartError)) throw error;
      this.log.end();
      this.state = { terminated: startFailure(error.message) };
      return;
    }
    this.#launch = launch;
    this.#pid = started.pid;
    this.#ended = this.#follow(started, startedAt, message).then(changed);
    if (this.spec.lifecycle?.postStart && !(await this.runHandler(this.spec.lifecycle.postStart))) {
      this.signal('SIGKILL');
      await this.#ended;
    }
    if (this.alive) this.state = { running: { startedAt } };
  }

  /** Starts a command in the container; its output is the caller's. Undefined when there is no process to join. */
  async enter(command: string[], stdin: 'pipe' | 'ignore'): Promise<Started | undefined> {
    if (!this.#launch || !this.alive) return undefined;
    const started = await this.sandbox.enter(this.#pid, { ...this.#launch, command }, stdin);
    if (!this.sandbox.hasMounts) {
      this.#entered.add(started.pid);
      started.child.once('close', () => this.#entered.delete(started.pid));
    }
    return started;
  }

  /** Whether the command of a hook or a probe succeeds; handlers of other kinds do. */
  async runHandler(handler: Handler): Promise<boolean> {
    if (!handler.exec) return true;
    try {
      const started = await this.enter(handler.exec.command ?? [], 'ignore');
      if (started === undefined) return false;
      started.stdout.resume();
      started.stderr.resume();
      return (await exitCode(started.child)) === 0;
    } catch (error) {
      if (error instanceof StartError) return false;
      throw error;
    }
  }

  signal(signal: NodeJS.Signals): void {
    if (!this.alive) return;
    // A sandbox's processes end with its first one; without sandbox they share its process group.
    kill(this.sandbox.hasMounts ? this.#pid : -this.#pid, signal);
    if (signal === 'SIGKILL') for (const pid of this.#entered) kill(-pid, signal);
  }

  status(): ContainerStatus {
    const { spec, state, lastState } = this;
    return {
      ...{ name: spec.name, state, lastState, ready: this.ready, started: 'running' in state },
      ...{ restartCount: this.restarts, image: spec.image, imageID: this.#id && `local://${spec.image}` },
      ...(this.#id && { containerID: `local://${this.#id}` }),
    };
  }

  async #follow(started: Started, startedAt: string, message: string): Promise<void> {
    this.log = new ContainerLog();
    started.stdout.on('data', (chunk: Buffer) => this.log.write('stdout', chunk));
    started.stderr.on('data', (chunk: Buffer) => this.log.write('stderr', chunk));
    const ended = outputEnded(started);
    const code = await exitCode(started.child);
    if (!this.sandbox.hasMounts) this.signal('SIGKILL');
    await ended;
    this.log.end();
    this.#pid = 0;
    this.ready = false;
    const text = (await readFile(message, 'utf8').catch(() => '')).slice(-MESSAGE_LIMIT_BYTES);
    const reason = this.endReason ?? (code === 0 ? 'Completed' : 'Error');
    const times = { startedAt, finishedAt: now() };
    this.state = { terminated: { exitCode: code, reason, ...(text !== '' && { message: text }), ...times } };
  }
}

function kill(target: number, signal: NodeJS.Signals): void {
  try {
    process.kill(target, signal);
  } catch {
    // It ended meanwhile.
  }
}

function startFailure(why: string): Terminated {
  const message =
    'failed to create containerd task: failed to create shim task: OCI runtime create failed: ' +
    `runc create failed: ${why}: unknown`;
  return {
    exitCode: 128,
    reason: 'StartError',
    message,
    startedAt: '1970-01-01T00:00:00Z',
    finishedAt: now(),
  };
}

export const now = () => new Date().toISOString().replace(/\.\d+/, '');

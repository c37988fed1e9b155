import type { ContainerContext, JobState, ServiceContext } from '@podhooks/hooklib';
import type { RunnerFolders } from './paths.js';
import type { WorkflowCommand } from './workflow-commands.js';

export type Variables = Readonly<Record<string, string>>;
export type OutputStream = 'stdout' | 'stderr';
export type Stage = 'pre' | 'main' | 'post';

export interface JobOptions {
  /** `env:` of the workflow and the job. */
  env?: Variables;
  /** Replaces or adds GITHUB_* variables. */
  github?: Variables;
  /** What stands in event.json. */
  event?: unknown;
  /** Step debug logging: RUNNER_DEBUG=1. */
  debug?: boolean;
}

/** `container:` of a job. */
export interface JobContainerOptions {
  image: string;
  env?: Variables;
  ports?: readonly string[];
  volumes?: readonly string[];
  options?: string;
  credentials?: { username: string; password: string };
}

/** One of `services:`. */
export interface ServiceOptions extends JobContainerOptions {
  entrypoint?: string;
  command?: string;
}

export interface JobContainers {
  container?: JobContainerOptions | null;
  services?: readonly ServiceOptions[];
}

interface StepOptions {
  env?: Variables;
  /** GITHUB_ACTION; made from the step's kind when absent. */
  id?: string;
  /** The composite action (`owner/repo/ref` or `./folder`) that the step stands in. */
  composite?: string;
}

/** A `run:` step. */
export interface RunStep extends StepOptions {
  run: string;
  /** A name (bash, sh, pwsh, python) or a command with {0}; default `sh -e {0}`. */
  shell?: string;
  workingDirectory?: string;
}

/** A JavaScript action; its files must be there on the runner. */
export interface ActionStep extends StepOptions {
  /** `owner/repo/ref`, a folder below _actions, or `./folder` of the workspace. */
  path: string;
  main: string;
  pre?: string;
  post?: string;
  inputs?: Variables;
  /** Default node20. */
  node?: 'node20' | 'node24';
  /** Default main. */
  stage?: Stage;
}

/** A docker action: `uses: docker://...` when there is no `path`. */
export interface ContainerActionStep extends StepOptions {
  path?: string;
  /** Either this, with or without `docker://`, or `dockerfile`. */
  image?: string;
  /** Relative to the action's folder. */
  dockerfile?: string;
  entrypoint?: string;
  preEntrypoint?: string;
  postEntrypoint?: string;
  /** `with.args` is one text, `runs.args` of an action.yml a list. */
  args?: string | readonly string[];
  /** `runs.env` of the action.yml. */
  actionEnv?: Variables;
  inputs?: Variables;
  stage?: Stage;
}

export interface CallOptions {
  /** Cancels as the runner does: SIGINT, SIGTERM, SIGKILL to the hook's process alone. */
  signal?: AbortSignal;
  onOutput?: (chunk: Buffer, stream: OutputStream) => void;
  /** False: `stdout`, `stderr` and `output` stay empty, for output too large to hold. */
  keepOutput?: boolean;
}

export type HookCall =
  | { kind: 'prepareJob'; job: JobContainers }
  | { kind: 'run'; step: RunStep }
  | { kind: 'action'; step: ActionStep }
  | { kind: 'containerAction'; step: ContainerActionStep }
  | { kind: 'cleanupJob' }
  | { kind: 'send'; stdin: string };

/** What the runner takes from a response file. */
export interface AcceptedResponse {
  state?: JobState;
  context?: { container?: ContainerContext; services?: readonly ServiceContext[] };
  isAlpine?: boolean;
}

/** What a run of the hook gave, read as the runner reads it. */
export interface HookResult {
  /** Null when a signal ended the process. */
  exitCode: number | null;
  signal: NodeJS.Signals | null;
  /** The last signal that cancelling needed; null when the call was not cancelled. */
  cancelledBy: NodeJS.Signals | null;
  /** What the runner shows: a cancelled step is a failure whatever its exit code. */
  conclusion: 'success' | 'failure';
  /** File commands and workflow commands that the runner refused; each fails the step. */
  errors: readonly string[];
  stdout: Buffer;
  stderr: Buffer;
  /** Both streams in the order in which they came. */
  output: Buffer;
  stdoutBytes: number;
  stderrBytes: number;
  stdoutSha256: string;
  commands: readonly WorkflowCommand[];
  /** Null when the hook wrote none, failed or was cancelled. */
  response: AcceptedResponse | null;
  outputs: Variables;
  env: Variables;
  path: readonly string[];
  state: Variables;
  summary: string;
  durationMs: number;
  /** Peak of the hook process, sampled: the last 25 ms may be missing. */
  maxRssKb: number;
}

/** The hook did what the runner does not accept, or the runner could not start the step. */
export class RunnerError extends Error {
  /** Private, since a printed error would show all of the output. */
  readonly #result: HookResult | undefined;

  constructor(message: string, result?: HookResult) {
    super(message);
    this.name = 'RunnerError';
    this.#result = result;
  }

  /** What the hook did, if it ran. */
  get result(): HookResult | undefined {
    return this.#result;
  }
}

export interface FileStat {
  type: 'file' | 'directory' | 'link' | 'other';
  mode: number;
  size: number;
  uid: number;
  gid: number;
  mtimeMs: number;
}

export interface ExecOptions {
  cwd?: string;
  env?: Variables;
  input?: string | Buffer;
}

export interface ExecResult {
  exitCode: number | null;
  stdout: Buffer;
  stderr: Buffer;
}

/** A runner that executes a job with a container hook, on this machine or in a pod. */
export abstract class Runner {
  abstract readonly folders: RunnerFolders;

  /** Makes the folders of a job and forgets the job before. */
  abstract startJob(job?: JobOptions): Promise<void>;
  /** Runs the hook once. Throws RunnerError for a response that the runner refuses. */
  abstract perform(call: HookCall, options?: CallOptions): Promise<HookResult>;

  /** Writes a file on the runner, with the folders above it. */
  abstract writeFile(path: string, content: string | Buffer, mode?: number): Promise<void>;
  abstract readFile(path: string): Promise<Buffer>;
  /** Removes a file or a tree; nothing there is fine. */
  abstract remove(path: string): Promise<void>;
  /** Does not follow a link; null when nothing is there. */
  abstract stat(path: string): Promise<FileStat | null>;
  /** Every path below a folder, relative to it, sorted. */
  abstract list(path: string): Promise<string[]>;
  /** Runs a program on the runner, outside of any hook. */
  abstract exec(argv: readonly [string, ...string[]], options?: ExecOptions): Promise<ExecResult>;
  abstract close(): Promise<void>;

  prepareJob(job: JobContainers, options?: CallOptions): Promise<HookResult> {
    return this.perform({ kind: 'prepareJob', job }, options);
  }
  run(step: RunStep, options?: CallOptions): Promise<HookResult> {
    return this.perform({ kind: 'run', step }, options);
  }
  action(step: ActionStep, options?: CallOptions): Promise<HookResult> {
    return this.perform({ kind: 'action', step }, options);
  }
  containerAction(step: ContainerActionStep, options?: CallOptions): Promise<HookResult> {
    return this.perform({ kind: 'containerAction', step }, options);
  }
  cleanupJob(options?: CallOptions): Promise<HookResult> {
    return this.perform({ kind: 'cleanupJob' }, options);
  }
  /** Gives the hook any text on stdin. The response file, if the text names one, is the caller's. */
  send(stdin: string, options?: CallOptions): Promise<HookResult> {
    return this.perform({ kind: 'send', stdin }, options);
  }
}

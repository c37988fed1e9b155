import { randomUUID } from 'node:crypto';
import type { HookCommand, JobState } from '@podhooks/hooklib';
import { githubVariables, runnerVariables } from './context.js';
import type { FileCommandResults } from './file-commands.js';
import type { RunnerFolders } from './paths.js';
import type { AcceptedResponse, JobContainers, JobOptions, Variables } from './runner.js';

/** What a job has gathered so far. Steps that run at the same time share it, as they do in the runner. */
export class Job {
  readonly env: Record<string, string>;
  readonly runner: Variables;
  readonly event: unknown;
  /** GITHUB_*; what a step added stays, so cleanup_job sees the last step's. */
  github: Variables;
  containers: JobContainers | undefined;
  hookState: JobState | null = null;
  isAlpine = false;
  runSteps = 0;
  readonly actionState = new Map<string, Variables>();
  readonly #trackingId = `github_${randomUUID()}`;
  /** As written to GITHUB_PATH, oldest first. */
  #path: string[] = [];

  constructor(repository: string, runnerName: string, folders: RunnerFolders, options: JobOptions) {
    this.env = { ...options.env };
    this.github = { ...githubVariables(repository, folders), ...options.github };
    this.runner = runnerVariables(runnerName, folders, options.debug ?? false);
    this.event = options.event ?? { ref: 'refs/heads/main', repository: { full_name: repository } };
  }

  /** What steps wrote to GITHUB_PATH, newest first. */
  get prependPath(): string[] {
    return this.#path.toReversed();
  }

  /** Takes over what a step wrote for the steps after it. */
  apply(written: FileCommandResults): void {
    Object.assign(this.env, written.env);
    for (const entry of written.path) this.#path = [...this.#path.filter((known) => known !== entry), entry];
  }

  /** A response of any command but cleanup_job replaces the hook's state; the last one wins. */
  answered(command: HookCommand, response: AcceptedResponse): void {
    if (command === 'prepare_job') this.isAlpine = response.isAlpine ?? false;
    if (command !== 'cleanup_job' && response.state !== undefined) this.hookState = response.state;
  }

  /** What the hook's process sees: the runner's own paths, and nothing of the workflow's `env:`. */
  hookEnvironment(base: Variables, github = this.github): Variables {
    return {
      ...base,
      ...github,
      ...this.runner,
      GITHUB_ACTIONS: 'true',
      CI: base['CI'] ?? 'true',
      RUNNER_TRACKING_ID: this.#trackingId,
      // The workflow's directories come first even here: a hook that starts programs by name gets the workflow's.
      PATH: [...this.prependPath, base['PATH'] ?? '/usr/local/bin:/usr/bin:/bin'].join(':'),
    };
  }
}

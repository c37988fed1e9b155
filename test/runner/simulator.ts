import { randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import type { HookInput } from '@podhooks/hooklib';
import { proxyVariables } from './context.js';
import { createFileCommands, fileCommandPaths, readFileCommands } from './file-commands.js';
import type { FileCommandPaths, FileCommandResults } from './file-commands.js';
import { RUNNER_GRACE, runHookProcess } from './hook-process.js';
import type { CancelGrace } from './hook-process.js';
import { Job } from './job.js';
import { LocalRunner } from './local-runner.js';
import { OutputRecorder } from './output.js';
import { jobContainerPaths, runnerFolders, toHost } from './paths.js';
import type { RunnerFolders } from './paths.js';
import * as payloads from './payloads.js';
import { takeResponse } from './response.js';
import type {
  ActionStep,
  CallOptions,
  RunStep,
  HookCall,
  HookResult,
  JobOptions,
  Variables,
} from './runner.js';
import { RunnerError } from './runner.js';
import { parseShell, scriptText } from './shells.js';
import { actionSource, stepId } from './step-identity.js';
import type { StepCall } from './step-identity.js';
import { WorkflowCommands } from './workflow-commands.js';

export interface SimulatorOptions {
  /** The hook: path of its index.js. */
  hook: string;
  /** The node that runs it; the runner takes externals/node20/bin/node. */
  node: string;
  runnerRoot: string;
  /** Relative to the root or absolute; default `_work`. */
  workFolder?: string;
  /** Default octo-org/hello-world. */
  repository?: string;
  /** What the runner's own process has; nothing else of this process's environment reaches the hook. */
  environment?: Variables;
  runnerName?: string;
  /** How long a cancelled hook has after SIGINT and SIGTERM; default as the runner. */
  cancelGraceMs?: CancelGrace;
}

const NO_FILE_COMMANDS: FileCommandResults = {
  env: {},
  outputs: {},
  state: {},
  path: [],
  summary: '',
  errors: [],
};

/**
 * Drives a hook as GitHub's runner (2.336) does: same payloads, same processes, same reading of results.
 * Works on the file system of the machine that it runs on.
 */
export class RunnerSimulator extends LocalRunner {
  readonly folders: RunnerFolders;
  readonly #options: SimulatorOptions;
  readonly #environment: Variables;
  readonly #repository: string;
  #job: Job;

  constructor(options: SimulatorOptions) {
    super();
    this.#options = options;
    this.#environment = options.environment ?? {};
    this.#repository = options.repository ?? 'octo-org/hello-world';
    const tools = ['RUNNER_TOOL_CACHE', 'RUNNER_TOOLSDIRECTORY', 'AGENT_TOOLSDIRECTORY']
      .map((name) => this.#environment[name])
      .find((path) => path !== undefined && path !== '');
    this.folders = runnerFolders(options.runnerRoot, options.workFolder ?? '_work', this.#repository, tools);
    this.#job = this.#newJob();
  }

  async startJob(job: JobOptions = {}): Promise<void> {
    const { folders } = this;
    this.#job = this.#newJob(job);
    await rm(folders.temp, { recursive: true, force: true });
    await rm(folders.actions, { recursive: true, force: true });
    const { temp, home, workflow, fileCommands, responses, workspace } = folders;
    for (const folder of [temp, home, workflow, fileCommands, responses, workspace])
      await mkdir(folder, { recursive: true });
  }

  async perform(call: HookCall, options: CallOptions = {}): Promise<HookResult> {
    const responseFile = join(this.folders.responses, `${randomUUID()}.json`);
    switch (call.kind) {
      case 'send':
        return this.#runHook(call.stdin, options, null, null);
      case 'prepareJob': {
        this.#job.containers = call.job;
        const args = payloads.prepareJobArgs(this.folders, call.job, proxyVariables(this.#environment));
        return this.#command({ command: 'prepare_job', responseFile, args, state: null }, options);
      }
      case 'cleanupJob': {
        const state = this.#job.hookState;
        return this.#command({ command: 'cleanup_job', responseFile, args: {}, state }, options);
      }
      case 'run':
      case 'action':
      case 'containerAction':
        return this.#step(call, responseFile, options);
    }
  }

  async #step(call: StepCall, responseFile: string, options: CallOptions): Promise<HookResult> {
    const job = this.#job;
    if (call.kind !== 'containerAction' && !job.containers?.container)
      throw new RunnerError('without a job container the runner runs this step itself, not through the hook');
    if (call.kind === 'run') job.runSteps++;
    const id = stepId(call, job.runSteps);
    const files = fileCommandPaths(this.folders.fileCommands, randomUUID());
    const eventPath = join(this.folders.workflow, 'event.json');
    job.github = {
      ...job.github,
      GITHUB_ACTION: id,
      GITHUB_EVENT_PATH: eventPath,
      ...actionSource(call),
      ...files,
    };
    const { composite } = call.step;
    const context: payloads.StepContext = {
      folders: this.folders,
      env: { ...job.env, ...call.step.env },
      state: job.actionState.get(id) ?? {},
      github:
        composite === undefined
          ? job.github
          : { ...job.github, GITHUB_ACTION_PATH: payloads.actionFolder(this.folders, composite) },
      runner: job.runner,
      prependPath: job.prependPath,
      isAlpine: job.isAlpine,
    };
    await mkdir(this.folders.fileCommands, { recursive: true });
    await createFileCommands(files);
    await writeFile(eventPath, JSON.stringify(job.event));
    const input = await this.#stepInput(call, responseFile, context);
    const result = await this.#command(input, options, { files, github: context.github });
    job.actionState.set(id, { ...context.state, ...result.state });
    return result;
  }

  async #stepInput(call: StepCall, responseFile: string, context: payloads.StepContext): Promise<HookInput> {
    const state = this.#job.hookState;
    if (call.kind === 'containerAction') {
      const args = payloads.containerActionArgs(context, call.step);
      return { command: 'run_container_step', responseFile, args, state };
    }
    const args =
      call.kind === 'run'
        ? payloads.runStepArgs(context, call.step, await this.#writeScript(call.step))
        : payloads.actionStepArgs(context, call.step, this.#existingScript(call.step));
    return { command: 'run_script_step', responseFile, args, state };
  }

  async #writeScript(step: RunStep): Promise<string> {
    const shell = parseShell(step.shell);
    const path = join(this.folders.temp, randomUUID() + shell.extension);
    await writeFile(path, scriptText(shell, step.run));
    return path;
  }

  #existingScript(step: ActionStep): string {
    const script = payloads.actionScript(this.folders, step);
    if (!existsSync(script)) throw new RunnerError(`File not found: '${script}'`);
    return script;
  }

  /** Runs one command and applies what came of it to the job. */
  async #command(input: HookInput, options: CallOptions, step: StepFiles | null = null): Promise<HookResult> {
    await mkdir(this.folders.responses, { recursive: true });
    await writeFile(input.responseFile, '');
    const result = await this.#runHook(`${JSON.stringify(input)}\n`, options, step, input);
    const { response } = result;
    if (response !== null) this.#job.answered(input.command, response);
    return result;
  }

  async #runHook(
    stdin: string,
    options: CallOptions,
    step: StepFiles | null,
    input: HookInput | null,
  ): Promise<HookResult> {
    const commands = new WorkflowCommands((path) => this.#matcherExists(path));
    const recorder = new OutputRecorder(options.keepOutput ?? true, (line, stream) =>
      commands.line(line, stream),
    );
    const end = await runHookProcess({
      node: this.#options.node,
      hook: this.#options.hook,
      cwd: this.folders.workspace,
      env: this.#job.hookEnvironment(this.#environment, step?.github),
      stdin,
      onOutput: (chunk, stream) => {
        recorder.add(stream, chunk);
        options.onOutput?.(chunk, stream);
      },
      signal: options.signal,
      graceMs: this.#options.cancelGraceMs ?? RUNNER_GRACE,
    });
    const output = recorder.finish();
    // Read whatever the exit code is: failed and cancelled steps have results, too.
    const written = step === null ? NO_FILE_COMMANDS : await readFileCommands(step.files);
    this.#job.apply(written);
    const errors = [...commands.errors, ...written.errors];
    const succeeded = end.exitCode === 0 && end.cancelledBy === null;
    const result: HookResult = {
      ...end,
      ...output,
      conclusion: succeeded && errors.length === 0 ? 'success' : 'failure',
      errors,
      commands: commands.all,
      response: null,
      outputs: { ...commands.outputs, ...written.outputs },
      env: written.env,
      path: written.path,
      state: { ...commands.state, ...written.state },
      summary: written.summary,
    };
    if (!succeeded || input === null) return result;
    try {
      return { ...result, response: await takeResponse(input) };
    } catch (error) {
      throw error instanceof RunnerError ? new RunnerError(error.message, result) : error;
    }
  }

  /** The step names a path of the job container; relative ones start at the workspace. */
  #matcherExists(path: string): boolean {
    return existsSync(resolve(this.folders.workspace, toHost(jobContainerPaths(this.folders), path)));
  }

  #newJob(options: JobOptions = {}): Job {
    return new Job(this.#repository, this.#options.runnerName ?? 'arc-runner', this.folders, options);
  }
}

interface StepFiles {
  files: FileCommandPaths;
  github: Variables;
}

import { randomUUID } from 'node:crypto';
import { mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { finishText, followScript, HOOK_FOLDER, type StepScript, stepScript } from '../../src/step/script.js';
import { ENDS, ShellExec, type StepRun } from './shell-exec.js';
import type { Shell } from './shells.js';

/** A folder in place of a container's, where texts for steps run in a real shell of this machine. */
export class StepBed {
  readonly root = mkdtempSync(join(tmpdir(), 'podhooks-step-'));
  /** Stands for HOOK_FOLDER. */
  readonly hookFolder = join(this.root, 'hook');
  private readonly endings: (() => void)[] = [];

  /** @param folders names here for further folders of a container. */
  constructor(
    readonly shell: Shell,
    private readonly folders: Readonly<Record<string, string>> = {},
  ) {
    mkdirSync(this.hookFolder);
  }

  path(name: string): string {
    return join(this.root, name);
  }

  /** A step with an id of its own that works in this bed's folder. */
  step(command: StepScript['command'], parts: Partial<StepScript> = {}): StepScript {
    const nonce = randomUUID();
    return {
      id: randomUUID(),
      nonce,
      channel: nonce,
      ends: ENDS,
      command,
      workingDirectory: this.root,
      environment: {},
      prependPath: [],
      files: [],
      results: [],
      ...parts,
    };
  }

  /** One exec of the shell, which reads this text. */
  exec(text: string, nonce = 'none', wrap: readonly string[] = []): ShellExec {
    const exec = new ShellExec([...wrap, ...this.shell.argv], this.root, this.local(text), nonce);
    this.adopt(() => exec.kill());
    return exec;
  }

  /** Starts a step and leaves it when all has come, as the hook does. */
  start(step: StepScript, wrap?: readonly string[]): ShellExec {
    const exec = this.exec(stepScript(step), step.nonce, wrap);
    exec.partWith(this.local(finishText(step)));
    return exec;
  }

  /** What one exec, or those that follow it, bring until the step's end: its end marker may come late, as the hook knows. */
  async toEnd(step: StepScript, exec: ShellExec): Promise<StepRun> {
    const bytes = [];
    for (let next = exec; ;) {
      const run = await next.ended();
      bytes.push(run.bytes);
      const whole = Buffer.concat(bytes);
      if (run.end !== undefined || !run.report.done)
        return { ...run, bytes: whole, output: whole.toString() };
      next = this.exec(followScript(step, next.position), step.nonce);
      next.partWith(this.local(finishText(step)));
    }
  }

  run(command: StepScript['command'], parts: Partial<StepScript> = {}): Promise<StepRun> {
    return this.start(this.step(command, parts)).ended();
  }

  /** Runs lines of sh as a step. */
  sh(script: string, parts: Partial<StepScript> = {}): Promise<StepRun> {
    return this.run(['dash', '-c', script], parts);
  }

  /** Remembers how to end something that runs in this bed. */
  adopt(end: () => void): void {
    this.endings.push(end);
  }

  /** Names of what lies in the hook's folder. */
  remains(): string[] {
    return readdirSync(this.hookFolder);
  }

  /** Ends what is left of the execs, and removes the folder. */
  close(): void {
    for (const end of this.endings) end();
    // What they have started may still write for a moment.
    rmSync(this.root, { recursive: true, force: true, maxRetries: 10 });
  }

  /** A text with folders of this bed in the place of those of a container. */
  local(text: string): string {
    return Object.entries({ ...this.folders, [HOOK_FOLDER]: 'hook' }).reduce(
      (local, [folder, name]) => local.replaceAll(folder, this.path(name)),
      text,
    );
  }
}

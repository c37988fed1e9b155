import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { existsSync, lstatSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { AGENT_STATE, type AgentOptions, agentCommand } from '../../src/agent/agent.js';
import { BULK } from '../../src/agent/bulk.js';
import { type ByteName } from '../../src/agent/byte-name.js';
import { LeftOut } from '../../src/back/left-out.js';
import { Receiver } from '../../src/back/receive.js';
import { SHELLS } from './shells.js';
import { StepBed } from './step-bed.js';

/** A pod's work folder `w` with the agent beside it, and a runner's work folder `_work` that receives what it finds. */
export class AgentBed {
  readonly bed: StepBed;
  private readonly agent: ChildProcess;

  /** @param programs lines of sh that run, with the arguments, before programs of these names do their work. */
  constructor(options: Partial<AgentOptions> = {}, programs: Readonly<Record<string, string>> = {}) {
    const [shell] = SHELLS;
    if (shell === undefined) throw new Error('no shell');
    this.bed = new StepBed(shell, { '/__w': 'w', [AGENT_STATE]: 'agent' });
    for (const folder of ['w/repo/repo', 'w/_temp', '_work/repo/repo', '_work/_temp'])
      mkdirSync(this.bed.path(folder), { recursive: true });
    const command = this.bed.local(
      agentCommand({
        repository: 'repo',
        maxBytes: 1e9,
        exclude: ['node_modules', '.git/objects'],
        ...options,
      }),
    );
    mkdirSync(this.bed.path('programs'));
    for (const [name, script] of Object.entries(programs))
      writeFileSync(
        this.bed.path(`programs/${name}`),
        `#!/bin/sh\n${this.bed.local(script)}\nPATH=\${PATH#*:} exec ${name} "$@"\n`,
        { mode: 0o755 },
      );
    this.agent = spawn('sh', ['-c', `exec ${command}`], {
      stdio: ['ignore', 'ignore', 'inherit'],
      detached: true,
      env: { ...process.env, PATH: `${this.bed.path('programs')}:${process.env['PATH'] ?? ''}` },
    });
    const { pid } = this.agent;
    // What it has started writes, too.
    if (pid !== undefined)
      this.bed.adopt(() => {
        try {
          process.kill(-pid, 'SIGKILL');
        } catch {
          // It has ended: a test may take its pipe away.
        }
      });
  }

  get pid(): number {
    return this.agent.pid ?? 0;
  }

  /** Runs lines of sh in the pod's work folder. */
  inPod(script: string): void {
    const { status, stderr } = spawnSync('sh', ['-ec', script], {
      cwd: this.bed.path('w'),
      encoding: 'utf8',
    });
    if (status !== 0) throw new Error(stderr);
  }

  /** What a folder of the pod or the runner holds, in one text. */
  tree(folder: string): string {
    const list = String.raw`find . -mindepth 1 -printf '%y %m %T@ %l %P\n' -type f -exec sha256sum {} \; | sed -E 's/^(. [0-9]+ [0-9]+)\.[0-9]+/\1/' | sort`;
    const { stdout, stderr } = spawnSync('sh', ['-c', list], {
      cwd: this.bed.path(folder),
      encoding: 'utf8',
    });
    if (stderr !== '') throw new Error(stderr);
    return stdout;
  }

  /** Asks as the supervisor of a step does, and waits for the answer. */
  async request(id: string = randomUUID()): Promise<{ id: string; answer: Buffer }> {
    const fifo = `${this.bed.hookFolder}/back`;
    while (!existsSync(fifo)) await sleep(5);
    writeFileSync(fifo, `${id}\n`);
    const path = this.answerPath(id);
    while (!isFilled(path)) await sleep(5);
    return { id, answer: readFileSync(path) };
  }

  answerPath(id: string): string {
    return `${this.bed.hookFolder}/${id}.back`;
  }

  /** As the hook does at the end of a step: brings the changes to the runner's folder, and says so. */
  async step(): Promise<{ kind: string; names: string[]; leftOut: string[] }> {
    const { id, answer } = await this.request();
    const end = answer.indexOf('\n');
    const [kind = ''] = answer.subarray(0, end).toString().split(' ');
    const archive = kind === 'bulk' ? this.bulk(id, '', 'ok\n') : answer.subarray(end + 1);
    rmSync(this.answerPath(id));
    rmSync(`${this.answerPath(id)}.taken`);
    return { kind, ...(kind === 'same' ? { names: [], leftOut: [] } : this.receive(archive)) };
  }

  receive(archive: Buffer): { names: string[]; leftOut: string[] } {
    const { stdout } = spawnSync('tar', ['-t', '-f', '-'], { input: archive, encoding: 'utf8' });
    const leftOut = new LeftOut();
    const receiver = new Receiver({
      work: this.bed.path('_work'),
      repository: 'repo',
      maxBytes: 1e9,
      leftOut,
    });
    receiver.push(archive);
    receiver.finish();
    receiver.close();
    return {
      names: stdout.split('\n').filter((name) => name !== '' && name !== 'podhooks-manifest'),
      leftOut: leftOut.lines,
    };
  }

  bulk(id: string, behind: ByteName, word: string): Buffer {
    const { stdout } = spawnSync('bash', ['-c', this.bed.local(BULK), 'bulk', id, behind], {
      input: word,
      maxBuffer: 1e9,
    });
    return stdout;
  }

  close(): void {
    spawnSync('chmod', ['-R', 'u+rwx', this.bed.root]);
    this.bed.close();
  }
}

/** Whether a plain file is there, and has its content. */
function isFilled(path: string): boolean {
  const entry = lstatSync(path, { throwIfNoEntry: false });
  return entry?.isFile() === true && entry.size > 0;
}

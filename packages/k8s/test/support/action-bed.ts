import { spawnSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import {
  ACTION_STATE,
  FIND_CHANGES,
  OPEN_GATE,
  putChanges,
  RECEIVE_FOLDERS,
  SEND_CHANGES,
  SEND_FOLDERS,
  stageChanges,
} from '../../src/agent/action-files.js';
import type { Shell } from './shells.js';
import { StepBed } from './step-bed.js';

/** The work folders of a job pod and of a docker action's pod, and the commands that keep them the same. */
export class ActionBed {
  readonly job: StepBed;
  readonly action: StepBed;

  constructor(
    private readonly shell: Shell,
    private readonly repository = 'repo',
  ) {
    this.job = new StepBed(shell, { '/__w': 'w' });
    this.action = new StepBed(shell, { '/__w': 'w', [ACTION_STATE]: 'state' });
    for (const bed of [this.job, this.action]) mkdirSync(bed.path('w'));
  }

  /** Runs lines of sh in the work folder of a pod. */
  in(bed: StepBed, script: string): string {
    const { status, stdout, stderr } = spawnSync('sh', ['-ec', script], {
      cwd: bed.path('w'),
      encoding: 'utf8',
    });
    if (status !== 0) throw new Error(stderr);
    return stdout;
  }

  /** What comes before the action. */
  share(): void {
    const archive = this.run(this.job, ['bash', '-c', SEND_FOLDERS, 'bash', this.repository, '_temp']).stdout;
    this.run(this.action, ['sh', '-c', RECEIVE_FOLDERS], archive);
    this.run(this.action, ['bash', '-c', OPEN_GATE, 'bash', '', this.repository, '_temp']);
  }

  /** What comes after it. @returns the exit code of FIND_CHANGES. */
  bringBack(): number | null {
    const { status } = this.run(this.action, ['bash', '-c', FIND_CHANGES, 'bash', this.repository, '_temp']);
    if (status !== 0) return status;
    const archive = this.run(this.action, ['sh', '-c', SEND_CHANGES]).stdout;
    this.run(this.job, ['sh', '-c', stageChanges('id')], archive);
    const put = this.run(this.job, [...this.shell.argv, '-c', putChanges('id')]);
    if (put.status !== 0) throw new Error(put.stderr.toString());
    return status;
  }

  /** A work folder in one text: kinds, targets of links, names and contents. */
  tree(bed: StepBed): string[] {
    const list = String.raw`find . -mindepth 1 -printf '%y %l %P\0' -type f -exec sha256sum -z {} \; | sort -z`;
    return this.in(bed, list).split('\0');
  }

  close(): void {
    for (const bed of [this.job, this.action]) bed.close();
  }

  private run(bed: StepBed, command: readonly string[], input: Buffer = Buffer.alloc(0)) {
    const [program = '', ...args] = command.map((word) => bed.local(word));
    return spawnSync(program, args, { input, maxBuffer: 1e9 });
  }
}

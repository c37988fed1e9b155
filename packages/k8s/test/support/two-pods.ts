import { spawn } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { ACTION_STATE } from '../../src/agent/action-files.js';
import { AGENT_STATE, agentCommand } from '../../src/agent/agent.js';
import type { ExecHandlers, ExecSession } from '../../src/cluster/exec.js';
import { FakeCluster } from './fake-cluster.js';
import { type Fault, ShellSession } from './shell-session.js';
import { SHELLS } from './shells.js';
import { StepBed } from './step-bed.js';

/** The pod of a job, `job-pod`, and that of a docker action, whatever its name: each has its work folder in `w`. */
export class TwoPods extends FakeCluster {
  readonly job: StepBed;
  readonly action: StepBed;
  /** What happens to connections, one after the other. */
  faults: (Fault | Error)[] = [];

  constructor(repository: string) {
    super();
    const [shell] = SHELLS;
    if (shell === undefined) throw new Error('no shell');
    this.job = new StepBed(shell, { '/__w': 'w' });
    this.action = new StepBed(shell, { '/__w': 'w', [ACTION_STATE]: 'state', [AGENT_STATE]: 'agent' });
    for (const bed of [this.job, this.action]) mkdirSync(bed.path('w'));
    const command = this.action.local(agentCommand({ repository, maxBytes: 1e9, exclude: ['node_modules'] }));
    const agent = spawn('sh', ['-c', `exec ${command}`], { stdio: ['ignore', 'ignore', 'inherit'] });
    this.action.adopt(() => agent.kill('SIGKILL'));
  }

  override async exec(
    pod: string,
    container: string,
    command: readonly string[],
    handlers: ExecHandlers,
  ): Promise<ExecSession> {
    await Promise.resolve();
    this.requests.push(`exec ${pod} ${container}`);
    const fault = this.faults.shift() ?? {};
    if (fault instanceof Error) throw fault;
    const bed = pod === 'job-pod' ? this.job : this.action;
    return new ShellSession(
      bed,
      handlers,
      fault,
      command.map((word) => bed.local(word)),
    );
  }

  close(): void {
    for (const bed of [this.job, this.action]) bed.close();
  }
}

import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { expect } from 'chai';
import { cancelScript } from '../../src/step/cancel.js';
import { SHELLS } from '../support/shells.js';
import type { StepRun } from '../support/shell-exec.js';
import { StepBed } from '../support/step-bed.js';
import { until } from '../support/until.js';

/** Kinds of steps, how each ends when it is cancelled, and what it prints. */
const STEPS: readonly { kind: string; script: string; exitCode: number; output: string }[] = [
  {
    kind: 'one that does nothing about it',
    script: 'echo ready; exec sleep 600',
    exitCode: 130,
    output: 'ready\n',
  },
  {
    kind: 'one that tidies up at INT',
    script: 'trap "echo bye; exit 5" INT; echo ready; while :; do sleep 0.05; done',
    exitCode: 5,
    output: 'ready\nbye\n',
  },
  {
    kind: 'one that is deaf to INT',
    script: 'trap "" INT; echo ready; exec sleep 600',
    exitCode: 143,
    output: 'ready\n',
  },
  {
    kind: 'one that is deaf to INT and TERM, and forks',
    script: 'trap "" INT TERM; echo ready; while :; do sleep 600 & sleep 0.1; done',
    exitCode: 137,
    output: 'ready\n',
  },
];

describe('cancelScript', () => {
  const beds = SHELLS.map((shell) => new StepBed(shell));
  const runs = new Map<string, StepRun>();
  const survivors = new Map<string, string[]>();

  // All at once, as it is the waiting that takes long.
  before(() =>
    Promise.all(
      beds.flatMap((bed) =>
        STEPS.map(async ({ kind, script }) => {
          const step = bed.step(['dash', '-c', script]);
          const exec = bed.start(step);
          await until(() => exec.received.includes('ready'));
          const cancel = bed.exec(cancelScript(step));
          cancel.endInput();
          await cancel.ended();
          const name = `${bed.shell.name}: ${kind}`;
          runs.set(name, await exec.ended());
          survivors.set(name, commandsOfSession(exec.pid));
        }),
      ),
    ),
  );
  after(() => beds.forEach((bed) => bed.close()));

  for (const { name } of SHELLS)
    for (const { kind, exitCode, output } of STEPS)
      it(`ends in ${name} ${kind}`, () => {
        const run = runs.get(`${name}: ${kind}`);
        expect(run?.end).to.deep.equal({ exitCode });
        expect(run?.report.done).to.equal(true);
        // Some shells name the signal, as they do for any command.
        expect(run?.output.replace(/(Terminated|Killed) ?\n$/, '')).to.equal(output);
        expect(survivors.get(`${name}: ${kind}`)?.filter((line) => line.includes('600'))).to.deep.equal([]);
      });

  it('does nothing in any shell to a step that is not there', async () => {
    const remains = await Promise.all(
      beds.map(async (bed) => {
        const exec = bed.exec(cancelScript({ id: 'none' }));
        exec.endInput();
        await exec.ended();
        return bed.remains().includes('none');
      }),
    );
    expect(remains).to.deep.equal(SHELLS.map(() => false));
  });
});

/** Command lines of the processes that a session still has. */
function commandsOfSession(session: number): string[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name) && existsSync(`/proc/${name}/stat`))
    .flatMap((pid) => {
      try {
        const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
        const [state, , , of] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
        return Number(of) === session && state !== 'Z' ? [readFileSync(`/proc/${pid}/cmdline`, 'utf8')] : [];
      } catch {
        return [];
      }
    });
}

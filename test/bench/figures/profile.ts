import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import type { Mode } from '../../runner/arc.js';
import { hookPath, measure, modeName, MODES, PROBE, stepInput, withJob } from '../bed.js';
import { differenceFigure, type Figure } from '../figure.js';
import { isProfile, type Mark, type Profile } from '../in-pod/task.js';

const RUNS = 20;

/** What lies between a moment and the one before it that is named. */
const PHASES: readonly (readonly [from: Mark | undefined, to: Mark, what: string])[] = [
  [undefined, 'running', 'Node starts'],
  ['running', 'loaded', 'the bundle and the modules of Node that it needs'],
  ['loaded', 'connecting', 'input, settings, state'],
  ['connecting', 'connected', 'TCP'],
  ['connected', 'secured', 'TLS'],
  ['secured', 'upgraded', 'the API server answers the upgrade'],
  ['upgraded', 'begun', 'kubelet and runtime start sh, it writes the files of the step'],
  ['begun', 'started', "until the user's command runs (may come before begun)"],
  ['started', 'output', 'its output is with the hook'],
  ['output', 'done', 'end marker, results'],
  ['done', 'leaving', 'the hook closes the connection'],
  ['leaving', 'ended', 'Node ends'],
];

/** Where the time of a step goes that does nothing. The probe itself, which loads `tls`, counts as a part of Node's start. */
export const profile = {
  name: 'profile',
  run: async (): Promise<Figure[]> => [...(await inMode(MODES[0])), ...(await inMode(MODES[1]))],
};

function inMode(mode: Mode): Promise<Figure[]> {
  return withJob(mode, async (runner, _pod, state) => {
    // As the runner names it: a file of another name would be one that the step has changed.
    const script = `${randomUUID()}.sh`;
    await runner.writeFile(join(runner.folders.temp, script), 'echo "started $EPOCHREALTIME"\n');
    const input = await stepInput(state, `/__w/_temp/${script}`);
    const hook = await hookPath(runner);
    const runs: Profile[] = [];
    for (let run = 0; run <= RUNS; run++) {
      const seen = await measure(runner, { kind: 'profile', hook, probe: PROBE, input });
      if (!isProfile(seen)) throw new Error('the tool has measured no profile');
      // The first finds nothing in the kernel's caches.
      if (run > 0) runs.push(seen);
    }
    const at = (mark: Mark | undefined, { marks }: Profile) => (mark === undefined ? 0 : marks[mark]);
    return PHASES.map(([from, to, what]) =>
      differenceFigure(
        { name: `${modeName(mode)}: ${what}`, unit: 'ms' },
        from ?? 'start',
        runs.map((run) => ({ measured: at(to, run), reference: at(from, run) })),
      ),
    );
  });
}

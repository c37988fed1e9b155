import type { Mode } from '../../runner/arc.js';
import type { PodRunner } from '../../runner/pod-runner.js';
import { HOOK_BUNDLE, IMAGE, modeName, MODES, succeeded, withJob, withRunner } from '../bed.js';
import type { Benchmark } from '../benchmark.js';
import { ratioFigure, type Figure } from '../figure.js';
import { interleave } from '../pairs.js';

const STEPS = 60;
const JOBS = 15;
const OUTPUTS = 9;
const MEGABYTES = 300;
const FILE = '/tmp/output';
/** Noise between two runs of one and the same hook is below this. */
const LIMIT = 1.05;
const OTHER = 'the other hook';

/** This hook and another one take turns, each in a runner of its own: what a change costs. */
export const against = (other: string): Benchmark => ({
  name: 'against',
  run: async () => [...(await inMode(MODES[0], other)), ...(await inMode(MODES[1], other))],
});

async function inMode(mode: Mode, other: string): Promise<Figure[]> {
  const steps = await withJob(
    mode,
    (ours) => withJob(mode, (theirs) => ofSteps(mode, ours, theirs), {}, other),
    {},
    HOOK_BUNDLE,
  );
  const jobs = await withRunner(
    mode,
    (ours) => withRunner(mode, (theirs) => ofJobs(mode, ours, theirs), {}, other),
    {},
    HOOK_BUNDLE,
  );
  return [...steps, jobs];
}

async function ofSteps(mode: Mode, ours: PodRunner, theirs: PodRunner): Promise<Figure[]> {
  const msOf = async (runner: PodRunner, run: string) =>
    succeeded(await runner.run({ run }, { keepOutput: false })).durationMs;
  const compare = async (name: string, rounds: number, run: string) =>
    ratioFigure(
      { name: `${name}, ${modeName(mode)}`, unit: 'ms', limit: LIMIT },
      OTHER,
      await interleave(
        rounds,
        () => msOf(ours, run),
        () => msOf(theirs, run),
      ),
    );
  for (const runner of [ours, theirs])
    await msOf(runner, `seq 100000000 | head -c ${MEGABYTES * 1_000_000} > ${FILE}`);
  return [
    await compare('no-op step', STEPS, 'true'),
    await compare(`${MEGABYTES} MB of output`, OUTPUTS, `cat ${FILE}`),
  ];
}

async function ofJobs(mode: Mode, ours: PodRunner, theirs: PodRunner): Promise<Figure> {
  const prepare = async (runner: PodRunner) => {
    const { durationMs } = succeeded(await runner.prepareJob({ container: { image: IMAGE } }));
    succeeded(await runner.cleanupJob());
    return durationMs;
  };
  const pairs = await interleave(
    JOBS,
    () => prepare(ours),
    () => prepare(theirs),
  );
  return ratioFigure({ name: `prepare_job, ${modeName(mode)}`, unit: 'ms', limit: LIMIT }, OTHER, pairs);
}

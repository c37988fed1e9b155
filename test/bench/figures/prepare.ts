import { setTimeout as sleep } from 'node:timers/promises';
import type { Mode } from '../../runner/arc.js';
import type { Pod } from '../../runner/kubernetes-types.js';
import type { PodRunner } from '../../runner/pod-runner.js';
import { IMAGE, jobPod, measure, modeName, MODES, succeeded, withRunner } from '../bed.js';
import { differenceFigure, type Figure } from '../figure.js';
import type { Pair } from '../statistics.js';

const RUNS = 7;
export const LIMIT_MS = { volume: 250, novolume: 500 };
/** The kubelet is still busy with a pod that the API server has already forgotten. */
const REST_MS = 2_000;

/** prepare_job against the same pod, and against a pod of the job container alone, made by one POST each. */
export const prepare = {
  name: 'prepare',
  run: async (): Promise<Figure[]> => [
    ...(await inMode(MODES[0])),
    ...(await inMode(MODES[1])),
    ...(await withActions()),
  ],
};

function inMode(mode: Mode): Promise<Figure[]> {
  return withRunner(mode, async (runner) => {
    succeeded(await prepareJob(runner));
    const pod = await jobPod(runner);
    await clean(runner);
    const same: Pair[] = [];
    const alone: Pair[] = [];
    for (let run = 0; run < RUNS; run++) {
      const reference = await ready(runner, plain(pod, `plain-${run}`));
      const { durationMs: measured } = succeeded(await prepareJob(runner));
      await clean(runner);
      same.push({ measured, reference });
      alone.push({ measured, reference: await ready(runner, jobContainerAlone(plain(pod, `alone-${run}`))) });
    }
    const name = `prepare_job, ${modeName(mode)}`;
    return [
      differenceFigure({ name, unit: 'ms', limit: LIMIT_MS[mode] }, 'same pod until Ready', same),
      differenceFigure({ name, unit: 'ms' }, 'job container alone until Ready', alone),
    ];
  });
}

/** With five actions of 20 MB together in the work folder, which have to travel. */
function withActions(): Promise<Figure[]> {
  return withRunner('novolume', async (runner) => {
    const plant = `for action in 1 2 3 4 5; do folder=${runner.folders.actions}/octo/action-$action/v1
mkdir -p $folder && (cd $folder && head -c 4000000 /dev/urandom | split -a 4 -b 20000 -) || exit; done`;
    const prepared = async () => {
      await runner.startJob();
      const { exitCode, stderr } = await runner.exec(['sh', '-c', plant]);
      if (exitCode !== 0) throw new Error(`no actions: ${stderr.toString()}`);
      return succeeded(await runner.prepareJob({ container: { image: IMAGE } })).durationMs;
    };
    await prepared();
    const pod = await jobPod(runner);
    await clean(runner);
    const pairs: Pair[] = [];
    for (let run = 0; run < RUNS; run++) {
      const reference = await ready(runner, plain(pod, `plain-${run}`));
      const measured = await prepared();
      await clean(runner);
      pairs.push({ measured, reference });
    }
    const name = 'prepare_job, novolume mode, 5 actions with 20 MB';
    return [differenceFigure({ name, unit: 'ms', limit: 0 }, 'same pod until Ready', pairs)];
  });
}

async function prepareJob(runner: PodRunner) {
  await runner.startJob();
  return runner.prepareJob({ container: { image: IMAGE } });
}

export async function clean(runner: PodRunner): Promise<void> {
  succeeded(await runner.cleanupJob());
  await sleep(REST_MS);
}

export async function ready(runner: PodRunner, pod: Pod): Promise<number> {
  const { ms } = await measure(runner, { kind: 'ready', pod });
  await sleep(REST_MS);
  return ms;
}

/** The pod as it would be asked for: without what the server has added, but for defaults. */
export function plain({ metadata, spec }: Pod, name: string): Pod {
  const namespace = metadata?.namespace ?? '';
  const wanted = structuredClone(spec ?? { containers: [] });
  delete wanted.nodeName;
  return { apiVersion: 'v1', kind: 'Pod', metadata: { name, namespace }, spec: wanted };
}

export function jobContainerAlone({ spec, ...pod }: Pod): Pod {
  return {
    ...pod,
    spec: { ...spec, containers: (spec?.containers ?? []).filter(({ name }) => name === 'job') },
  };
}

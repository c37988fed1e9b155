import { setTimeout as sleep } from 'node:timers/promises';
import type { Mode } from '../../runner/arc.js';
import type { Pod } from '../../runner/kubernetes-types.js';
import type { PodRunner } from '../../runner/pod-runner.js';
import { shellAction } from '../../runner/shell-action.js';
import { KUBECTL, measure, modeName, MODES, succeeded, withJob } from '../bed.js';
import { differenceFigure, type Figure, ratioFigure } from '../figure.js';
import { interleave } from '../pairs.js';
import { plant } from './back.js';
import { jobContainerAlone, plain } from './prepare.js';

const RUNS = 7;
/** Of the first use, once. */
const RUN_SECONDS = 20;
const FILES = 10_000;
const BYTES_PER_FILE = 20_000;
/** The kubelet is still busy with a pod that the API server has already forgotten. */
const REST_MS = 1_000;
const NO_OP = shellAction('true');

/** What a container step costs beside its pod, and the second use of a Dockerfile beside a container step. */
export const actions = {
  name: 'actions',
  run: async (): Promise<Figure[]> => [
    ...(await withJob('volume', async (runner) => [await againstPod(runner, 'volume mode', 100)])),
    ...(await withJob('novolume', (runner, pod) => withWorkspace(runner, pod))),
    ...(await withJob(MODES[0], async (runner) => [await secondUse(runner, MODES[0])])),
    ...(await withJob(MODES[1], async (runner) => [await secondUse(runner, MODES[1])])),
  ],
};

async function againstPod(runner: PodRunner, where: string, limit: number): Promise<Figure> {
  const pod = await podOfAction(runner);
  const pairs = await interleave(
    RUNS,
    () => noOp(runner),
    () => ended(runner, pod),
  );
  const name = `no-op container step, ${where}`;
  return differenceFigure({ name, unit: 'ms', limit }, 'the same pod until it has ended', pairs);
}

/** An earlier container step has seen the workspace; and against what a first one could not do without. */
async function withWorkspace(runner: PodRunner, jobPod: string): Promise<Figure[]> {
  succeeded(await runner.run({ run: plant('tree', FILES, BYTES_PER_FILE) }));
  const seen = await againstPod(runner, 'novolume mode, 10,000 files of 200 MB', 400);
  const pod = await podOfAction(runner);
  const copy = `rm -rf /tmp/copy && mkdir /tmp/copy && ${KUBECTL} exec ${jobPod} -c podhooks -- tar -c -C /__w . | tar -x -C /tmp/copy`;
  const pairs = await interleave(
    RUNS,
    () => noOp(runner),
    async () => {
      const { ms } = await measure(runner, { kind: 'command', argv: ['sh', '-c', copy] });
      return ms + (await ended(runner, pod));
    },
  );
  const name = 'the same';
  return [seen, ratioFigure({ name, unit: 'ms', limit: 1.2 }, 'tar of the files, and the pod', pairs)];
}

async function secondUse(runner: PodRunner, mode: Mode): Promise<Figure> {
  const path = 'octo/built/v1';
  const dockerfile = `FROM debian:12\nRUN sleep ${RUN_SECONDS} && echo built > /built\nENTRYPOINT ["cat", "/built"]\n`;
  await runner.writeFile(`${runner.folders.actions}/${path}/Dockerfile`, dockerfile);
  const use = async () =>
    succeeded(await runner.containerAction({ path, dockerfile: 'Dockerfile' })).durationMs;
  // The first one of those that do not count is the first use.
  const pairs = await interleave(RUNS, use, () => noOp(runner));
  const name = `second use of a Dockerfile with a RUN of ${RUN_SECONDS} s, ${modeName(mode)}`;
  return differenceFigure({ name, unit: 'ms', limit: 1_000 }, 'no-op container step', pairs);
}

async function noOp(runner: PodRunner): Promise<number> {
  const { durationMs } = succeeded(await runner.containerAction(NO_OP));
  await sleep(REST_MS);
  return durationMs;
}

async function ended(runner: PodRunner, pod: Pod): Promise<number> {
  const { ms } = await measure(runner, { kind: 'ended', pod });
  await sleep(REST_MS);
  return ms;
}

/** The container of an action as the hook asks for it, but for what its Secret holds. */
async function podOfAction(runner: PodRunner): Promise<Pod> {
  let looking: Promise<Pod | undefined> | undefined;
  const look = async () =>
    (await runner.objects()).pods.find(({ metadata }) => /-step-/.test(metadata?.name ?? ''));
  const onOutput = () => {
    looking ??= look();
  };
  succeeded(await runner.containerAction(shellAction('echo; sleep 3'), { onOutput }));
  const seen = await looking;
  if (seen === undefined) throw new Error('the pod of the action was not seen');
  const pod = jobContainerAlone(plain(seen, 'plain'));
  const containers = (pod.spec?.containers ?? []).map((each) => ({ ...each, env: [], args: ['-c', 'true'] }));
  return { ...pod, spec: { ...pod.spec, containers } };
}

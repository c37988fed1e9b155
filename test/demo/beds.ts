import { fileURLToPath } from 'node:url';
import { up } from '../cluster/beds.js';
import { environmentOf } from '../cluster/record.js';
import { detectSandbox } from '../engine/index.js';
import type { Mode } from '../runner/arc.js';
import { EngineRunner } from '../runner/engine-runner.js';
import { PodRunner } from '../runner/pod-runner.js';
import { freePort, standIns } from './images.js';
import type { DemoRunner } from './job.js';
import type { Surroundings } from './steps.js';

const HOOK = fileURLToPath(new URL('../../packages/k8s/dist/index.js', import.meta.url));

/** What the demo's jobs run on. */
export interface DemoBed {
  /** As in "on …". */
  about: string;
  /** Why no job can run here. */
  limitation: string | undefined;
  surroundings: Surroundings;
  runner(mode: Mode): Promise<DemoRunner>;
}

/** The local engine: an API server on loopback that runs containers as processes of this machine. */
export async function engineBed(): Promise<DemoBed> {
  const redisPort = await freePort();
  return {
    about: "the local engine, a small Kubernetes API that runs containers as this machine's processes",
    limitation: (await detectSandbox()).limitation,
    surroundings: { redisPort, node: process.version },
    runner: (mode) => EngineRunner.create({ mode, hook: HOOK, images: standIns(redisPort) }),
  };
}

/** A real cluster: the one that is there, or one that is brought up now. */
export async function clusterBed(): Promise<DemoBed> {
  const cluster = await up(process.env, (text) => process.stderr.write(`cluster: ${text}\n`));
  Object.assign(process.env, environmentOf(cluster, process.env));
  return {
    about: cluster.about,
    limitation: undefined,
    surroundings: { redisPort: 6379, node: 'v20' },
    runner: (mode) => PodRunner.create({ mode, hookBundle: HOOK }),
  };
}

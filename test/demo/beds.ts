import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { up } from '../cluster/beds.js';
import { environmentOf } from '../cluster/record.js';
import { Cutter } from '../e2e/cutter.js';
import { detectSandbox } from '../engine/index.js';
import { FaultProxy } from '../proxy/proxy.js';
import type { Mode } from '../runner/arc.js';
import { EngineRunner } from '../runner/engine-runner.js';
import type { Pod, Secret } from '../runner/kubernetes-types.js';
import { PodRunner } from '../runner/pod-runner.js';
import type { Runner, Variables } from '../runner/runner.js';
import { cutsOf, cutsOfCluster, type Cuts } from './cuts.js';
import { freePort, standIns } from './images.js';
import type { Surroundings } from './steps.js';

const HOOK = fileURLToPath(new URL('../../packages/k8s/dist/index.js', import.meta.url));

export interface OpenRunner {
  /** Knows what the hook has created and not deleted. */
  runner: Runner & { objects(): Promise<{ pods: Pod[]; secrets: Secret[] }> };
  /** Undefined where connections cannot be cut. */
  cuts: Cuts | undefined;
  close(): Promise<void>;
}

export interface OpenOptions {
  env?: Variables;
  /** Changes the runner pod before it is created. */
  podPatch?: (pod: Pod) => Pod;
}

/** What the demo's jobs run on. */
export interface DemoBed {
  /** As in "on …". */
  about: string;
  /** Why no job can run here. */
  limitation: string | undefined;
  surroundings: Surroundings;
  open(mode: Mode, options: OpenOptions): Promise<OpenRunner>;
}

/** The local engine: an API server on loopback that runs containers as processes of this machine. */
export async function engineBed(): Promise<DemoBed> {
  const redisPort = await freePort();
  return {
    about: "the local engine, a small Kubernetes API that runs containers as this machine's processes",
    limitation: (await detectSandbox()).limitation,
    surroundings: { redisPort, node: process.version },
    open: async (mode, options) => {
      const proxies: FaultProxy[] = [];
      const route = async (kubeconfig: string) => {
        const proxy = await FaultProxy.start({ kubeconfig });
        proxies.push(proxy);
        return proxy.kubeconfig(join(kubeconfig, '../through-the-proxy'));
      };
      const images = standIns(redisPort);
      const runner = await EngineRunner.create({ ...options, mode, hook: HOOK, images, route });
      const close = async () => {
        await runner.close();
        for (const proxy of proxies) await proxy.close();
      };
      return { runner, cuts: proxies[0] && cutsOf(proxies[0]), close };
    },
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
    open: async (mode, options) => {
      // Pods reach this machine only where the cluster runs on it.
      const cutter = cluster.bed === 'packages' ? await Cutter.start() : undefined;
      const runner = await PodRunner.create({
        ...options,
        mode,
        hookBundle: HOOK,
        env: { ...options.env, ...cutter?.environment },
      });
      const close = async () => {
        await runner.close();
        cutter?.close();
      };
      return { runner, cuts: cutter && cutsOfCluster(cutter), close };
    },
  };
}

import type { Deadline } from '../deadline.js';
import type { Pod } from '../model/kubernetes.js';
import type { HealthCheck } from '../options/health.js';
import { endedContainers } from '../pods/status.js';
import type { Context } from '../context.js';
import { waitForHealth } from './wait-for-health.js';
import { JOB_POD, waitForPod } from './wait-for-pod.js';

export interface Others {
  /** The pod, as soon as all its containers run. */
  running: Promise<Pod>;
  /** Settles when the job container is ready for steps. */
  preparing: Promise<unknown>;
  healthChecks: readonly HealthCheck[];
}

/**
 * Waits until all containers run, and services with a health command are healthy. If anything took longer than the start of
 * the containers, they are looked at again: a service that ends right after its start is told here if the kubelet knows of
 * it. It may take a second; nothing waits for that, as a failed step and the end of the job tell of it, too.
 */
export async function waitForOthers(
  { running, preparing, healthChecks }: Others,
  context: Context,
  deadline?: Deadline,
): Promise<void> {
  const { cluster, cancelled } = context;
  const ranFirst = await Promise.race([running.then(() => true), preparing.then(() => false)]);
  let pod = await running;
  await Promise.all([preparing, waitForHealth(pod, healthChecks, context, deadline)]);
  const name = pod.metadata?.name ?? '';
  if (ranFirst || healthChecks.length > 0)
    pod = await waitForPod(JOB_POD, await cluster.getPod(name, cancelled), context, cancelled, deadline);
  for (const ended of endedContainers(pod))
    context.out.warning(
      `Container ${ended} of pod ${name} has ended, with exit code 0: no step can reach it.`,
    );
}

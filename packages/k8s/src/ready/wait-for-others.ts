import { setTimeout as sleep } from 'node:timers/promises';
import { Deadline } from '../deadline.js';
import type { Pod } from '../model/kubernetes.js';
import { HELPER_CONTAINER, JOB_CONTAINER } from '../model/names.js';
import type { HealthCheck } from '../options/health.js';
import { endedContainers } from '../pods/status.js';
import type { Context } from '../context.js';
import { waitForHealth } from './wait-for-health.js';
import { JOB_POD, waitForPod } from './wait-for-pod.js';

/**
 * The kubelet looks at its containers every second. One that ends right after its start is still called running until then,
 * and a moment more for the API server to know.
 */
export const MOMENT_MS = 1_500;

export interface Others {
  /** The pod, as soon as all its containers run. */
  running: Promise<Pod>;
  /** Settles when the job container is ready for steps. */
  preparing: Promise<unknown>;
  healthChecks: readonly HealthCheck[];
}

/**
 * Waits until all containers run, and services with a health command are healthy. The others are looked at again after a
 * moment: a service that ends right after its start is told here, where it is not yet a refused connection in some step.
 */
export async function waitForOthers(
  { running, preparing, healthChecks }: Others,
  context: Context,
  deadline?: Deadline,
  momentMs = MOMENT_MS,
): Promise<void> {
  const { cluster, cancelled } = context;
  const pod = await running;
  const name = pod.metadata?.name ?? '';
  const moment = new Deadline(momentMs);
  await Promise.all([preparing, waitForHealth(pod, healthChecks, context, deadline)]);
  if (hasUnchecked(pod, healthChecks))
    await sleep(Math.max(0, moment.leftMs), undefined, { signal: cancelled });
  const seen = await cluster.getPod(name, cancelled);
  for (const ended of endedContainers(await waitForPod(JOB_POD, seen, context, cancelled, deadline)))
    context.out.warning(
      `Container ${ended} of pod ${name} has ended, with exit code 0: no step can reach it.`,
    );
}

/** Services and sidecars of which nothing but their status tells whether they do their work. */
function hasUnchecked({ spec }: Pod, healthChecks: readonly HealthCheck[]): boolean {
  const known = [JOB_CONTAINER, HELPER_CONTAINER, ...healthChecks.map(({ container }) => container)];
  return spec?.containers.some(({ name }) => !known.includes(name)) ?? false;
}

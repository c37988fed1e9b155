import type { Deadline } from '../deadline.js';
import type { Pod } from '../model/kubernetes.js';
import { endedContainers } from '../pods/status.js';
import type { Context } from '../context.js';
import { JOB_POD, waitForPod } from './wait-for-pod.js';

/**
 * Waits until all containers run. If they did so before the job container was ready, they are looked at again: a service
 * that ends right after its start is told here, where it is not yet a refused connection in some step.
 */
export async function waitForOthers(
  name: string,
  running: Promise<Pod>,
  preparing: Promise<unknown>,
  context: Context,
  deadline?: Deadline,
): Promise<void> {
  const ranFirst = await Promise.race([running.then(() => true), preparing.then(() => false)]);
  let pod = await running;
  if (ranFirst) {
    await preparing;
    const { cluster, cancelled } = context;
    pod = await waitForPod(JOB_POD, await cluster.getPod(name, cancelled), context, cancelled, deadline);
  }
  for (const ended of endedContainers(pod))
    context.out.warning(
      `Container ${ended} of pod ${name} has ended, with exit code 0: no step can reach it.`,
    );
}

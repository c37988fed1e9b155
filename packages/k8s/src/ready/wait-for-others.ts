import { setTimeout as sleep } from 'node:timers/promises';
import { ApiError } from '../cluster/api-error.js';
import { collect } from '../cluster/collect.js';
import type { Deadline } from '../deadline.js';
import type { Pod } from '../model/kubernetes.js';
import { endedContainers } from '../pods/status.js';
import { LOOK_AGAIN_MS, LOOKS } from '../pods/why-gone.js';
import type { Context } from '../context.js';
import { JOB_POD, waitForPod } from './wait-for-pod.js';

/**
 * Waits until all containers run. When the job container is ready, they are looked at again: a service that ends right after
 * its start is told here, where it is not yet a refused connection in some step.
 */
export async function waitForOthers(
  name: string,
  running: Promise<Pod>,
  preparing: Promise<unknown>,
  context: Context,
  deadline?: Deadline,
  sidecars: readonly string[] = [],
): Promise<void> {
  const ranFirst = await Promise.race([running.then(() => true), preparing.then(() => false)]);
  let pod = await running;
  if (ranFirst) {
    await preparing;
    const { cluster, cancelled } = context;
    pod = await waitForPod(JOB_POD, await cluster.getPod(name, cancelled), context, cancelled, deadline);
  } else await preparing;
  if (await someHaveEnded(pod, sidecars, context)) pod = await statusOfEnded(pod, context, deadline);
  for (const ended of endedContainers(pod))
    context.out.warning(
      `Container ${ended} of pod ${name} has ended, with exit code 0: no step can reach it.`,
    );
}

/** What kubelet and runtimes answer to an exec in a container that has ended (containerd, cri-o, kubelet). */
const ENDED =
  /container not found|cannot exec in a|CONTAINER_EXITED|no running task|task \S+ not found|not created or running/;

/**
 * Whether sidecars have ended that run by the pod's status, which lags behind by a second or more: an exec does not. One
 * request for each of them; whether their image has the program is no matter.
 */
async function someHaveEnded(
  pod: Pod,
  sidecars: readonly string[],
  { cluster, cancelled }: Context,
): Promise<boolean> {
  const name = pod.metadata?.name ?? '';
  const others = (pod.status?.containerStatuses ?? []).filter(
    (status) => sidecars.includes(status.name) && status.state?.running !== undefined,
  );
  const ended = await Promise.all(
    others.map((status) =>
      collect(cluster, name, status.name, ['true'], '', cancelled).then(
        () => false,
        (error: unknown) => {
          cancelled.throwIfAborted();
          return error instanceof ApiError && ENDED.test(error.status.message);
        },
      ),
    ),
  );
  return ended.includes(true);
}

/** The pod when its status, too, says that a container has ended. @throws HookError POD_FAILED if it was by an error. */
async function statusOfEnded(before: Pod, context: Context, deadline?: Deadline): Promise<Pod> {
  const { cluster, cancelled } = context;
  let pod = before;
  for (
    let look = 1;
    look <= LOOKS && endedContainers(pod).length === endedContainers(before).length;
    look++
  ) {
    await sleep(LOOK_AGAIN_MS, undefined, { signal: cancelled });
    const seen = await cluster.getPod(before.metadata?.name ?? '', cancelled);
    pod = await waitForPod(JOB_POD, seen, context, cancelled, deadline);
  }
  return pod;
}

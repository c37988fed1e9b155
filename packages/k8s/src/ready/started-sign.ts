import { setTimeout as sleep } from 'node:timers/promises';
import type { Context } from '../context.js';
import { mayStartLater } from '../cluster/failures.js';
import { Backoff } from '../cluster/retry.js';
import { collect } from '../cluster/collect.js';
import type { Pod } from '../model/kubernetes.js';
import { HELPER_CONTAINER, JOB_CONTAINER } from '../model/names.js';
import { JOB_KEEP_ALIVE, STARTED } from '../pod/helper.js';

/** No container runs earlier than this after its pod was created. */
const FIRST_MS = 300;

/** Whether the job container tells when it has started: not if the workflow or the template has changed its command. */
export function givesSign({ spec }: Pod): boolean {
  const job = spec?.containers.find(({ name }) => name === JOB_CONTAINER);
  return job?.command?.at(-1) === JOB_KEEP_ALIVE;
}

/**
 * Waits until the job container runs, by one exec in the helper, which shares a volume with it and runs while the job
 * image is still being pulled: no request meanwhile, and the answer comes at once.
 * @throws ApiError for a refusal that is final; AbortError.
 */
export async function startedSign(pod: string, { cluster, cancelled, out }: Context): Promise<void> {
  await sleep(FIRST_MS, undefined, { signal: cancelled });
  const backoff = new Backoff({ factor: 1.5 });
  for (;;) {
    let failure: unknown;
    try {
      const command = ['sh', '-c', `until [ -e ${STARTED} ]; do sleep 0.05; done`];
      const { exitCode, stderr } = await collect(cluster, pod, HELPER_CONTAINER, command, '', cancelled);
      if (exitCode === 0) return;
      out.debug(`waiting for the job container: exit code ${exitCode}: ${stderr}`);
    } catch (error) {
      if (!mayStartLater(error)) throw error;
      failure = error;
      out.debug(`waiting for the job container: ${String(error)}`);
    }
    await sleep(backoff.next(failure), undefined, { signal: cancelled });
  }
}

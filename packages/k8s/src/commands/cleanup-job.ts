import type { CleanupJobInput } from '@podhooks/hooklib';
import { isForbidden } from '../cluster/failures.js';
import type { Pod } from '../model/kubernetes.js';
import { RUNNER_POD_LABEL } from '../model/names.js';
import type { CommandContext } from './context.js';
import { removeJobSecrets } from './job-secrets.js';
import { secretsOwner } from './job-state.js';
import { requirePodName } from '../pods/require-pod-name.js';
import { showServiceLogs } from './service-logs.js';
import { failedServices } from '../pods/status.js';

/** Time for removing what was made, after a cancellation: the runner ends the hook 10 s after it. */
export const CLEAN_UP_MS = 6_000;

/** Removes everything that was made for this runner's job; nothing there is as good. */
export async function cleanupJob(_input: CleanupJobInput, context: CommandContext): Promise<number> {
  removeJobSecrets(secretsOwner(context.settings));
  const pods = await removeAll(context, sometimeAfter(context.cancelled), (found) =>
    showServiceLogs(found, context),
  );
  for (const what of pods.flatMap(failedServices)) context.out.warning(`A service has failed: ${what}`);
  return 0;
}

/** Whoever cancels wants the pods gone as much as anybody. */
function sometimeAfter(cancelled: AbortSignal): AbortSignal {
  const controller = new AbortController();
  const allow = () => void setTimeout(() => controller.abort(cancelled.reason), CLEAN_UP_MS).unref();
  if (cancelled.aborted) allow();
  else cancelled.addEventListener('abort', allow, { once: true });
  return controller.signal;
}

/**
 * Pods and secrets with the runner pod's label, whoever made them: a prepare_job that failed leaves no state.
 * @param before what is done with the pods while they are there.
 * @returns the pods as they were.
 */
export async function removeAll(
  { cluster, settings }: CommandContext,
  signal: AbortSignal,
  before: (pods: readonly Pod[]) => Promise<void> = () => Promise.resolve(),
): Promise<Pod[]> {
  const selector = `${RUNNER_POD_LABEL}=${requirePodName(settings)}`;
  const [pods, secrets] = await Promise.all([
    cluster.listPods(selector, signal),
    cluster.listSecrets(selector, signal).catch((error: unknown) => {
      // Who may not list secrets could not have made any.
      if (isForbidden(error)) return [];
      throw error;
    }),
  ]);
  await before(pods);
  const deletions = [
    ...pods.map(({ metadata }) => cluster.delete('pods', metadata?.name ?? '', signal)),
    ...secrets.map(({ metadata }) => cluster.delete('secrets', metadata?.name ?? '', signal)),
  ];
  // One failure must not keep the others from going.
  const failures = (await Promise.allSettled(deletions)).flatMap((result): unknown[] =>
    result.status === 'rejected' ? [result.reason] : [],
  );
  if (failures.length > 0) throw failures[0];
  return pods;
}

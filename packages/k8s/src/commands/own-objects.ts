import { HookError } from '@podhooks/hooklib';
import { ApiError } from '../cluster/api-error.js';
import { isAlreadyExists } from '../cluster/cluster.js';
import type { Pod } from '../pod/kubernetes.js';
import type { OwnPod } from '../pod/own-pod.js';
import type { CommandContext } from './context.js';

/** Makes secrets and pod. Their names are new, so one that exists is what an earlier try has made unnoticed. */
export async function createObjects(own: OwnPod, { cluster, cancelled, out }: CommandContext): Promise<Pod> {
  const { pod, secrets } = own;
  for (const secret of secrets)
    await cluster.createSecret(secret, cancelled).catch((error: unknown) => {
      if (!isAlreadyExists(error)) throw error;
    });
  try {
    const { object, warnings } = await cluster.createPod(pod, cancelled);
    for (const warning of warnings) out.warning(warning);
    return object;
  } catch (error) {
    if (isMissingAccount(error)) throw missingAccount(own, cluster.namespace, error);
    if (!isAlreadyExists(error)) throw error;
    const found = await cluster.getPod(pod.metadata?.name ?? '', cancelled);
    if (!isOwnedBy(found, ownerOf(pod))) throw error;
    return found;
  }
}

/** Whether a pod belongs to this runner pod: names can be taken by anybody. */
export function isOwnedBy(pod: Pod, runner: string | undefined): boolean {
  return ownerOf(pod) === runner;
}

function ownerOf({ metadata }: Pod): string | undefined {
  return metadata?.ownerReferences?.[0]?.uid;
}

/** The words of the admission plugin ServiceAccount; its answer is a plain Forbidden, as for a missing right. */
function isMissingAccount(error: unknown): boolean {
  return error instanceof ApiError && /service account .*not found/i.test(error.status.message);
}

function missingAccount({ kind, pod, decisions }: OwnPod, namespace: string, cause: unknown): HookError {
  const account = pod.spec?.serviceAccountName ?? 'default';
  const isInherited = decisions.some(
    ({ field, value }) => field === 'spec.serviceAccountName' && value === account,
  );
  const origin = isInherited ? 'that of the runner pod' : 'named by the pod template';
  return new HookError(
    'NOT_FOUND',
    `The service account ${account} of the ${kind} pod, ${origin}, does not exist in namespace ${namespace}.`,
    {
      cause,
      hint: isInherited
        ? 'Make it, or set ACTIONS_RUNNER_HOOK_INHERIT_SERVICE_ACCOUNT to false.'
        : 'Make it, or correct serviceAccountName in the template.',
    },
  );
}

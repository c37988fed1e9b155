import { HookError } from '@podhooks/hooklib';
import { isAlreadyExists, isMissingAccount } from '../cluster/failures.js';
import type { ObjectMeta, Pod } from '../model/kubernetes.js';
import { RUNNER_POD_LABEL } from '../model/names.js';
import type { HookPod } from '../pod/hook-pod.js';
import type { Context } from '../context.js';

/** Creates secrets and pod. Their names are new, so one that exists is what an earlier try has created unnoticed. */
export async function createObjects(own: HookPod, { cluster, cancelled, out }: Context): Promise<Pod> {
  const { pod, secrets } = own;
  for (const secret of secrets)
    await cluster.createSecret(secret, cancelled).catch(async (error: unknown) => {
      if (!isAlreadyExists(error)) throw error;
      requireOwn('secret', await cluster.getSecret(nameOf(secret), cancelled), secret, error);
    });
  try {
    const { object, warnings } = await cluster.createPod(pod, cancelled);
    // No annotations: they are about the template or the cluster, and whoever started the run can do nothing about them.
    for (const warning of warnings) out.debug(`the API server about pod ${nameOf(pod)}: ${warning}`);
    return object;
  } catch (error) {
    if (isMissingAccount(error)) throw missingAccount(own, cluster.namespace, error);
    if (!isAlreadyExists(error)) throw error;
    return requireOwn('pod', await cluster.getPod(nameOf(pod), cancelled), pod, error);
  }
}

interface Owned {
  metadata?: ObjectMeta;
}

/** Names can be taken by anybody: only what this runner pod owns, and clean-up will find, is used. */
function requireOwn<T extends Owned>(kind: string, found: T, asked: Owned, cause: unknown): T {
  const owner = ownerOf(found);
  if (owner !== undefined && owner === ownerOf(asked) && labelOf(found) === labelOf(asked)) return found;
  throw new HookError(
    'API_REFUSED',
    `The ${kind} ${nameOf(asked)} already exists, and does not belong to this runner pod.`,
    { cause, hint: `Find out who created the ${kind}, delete it, and run the job again.` },
  );
}

const nameOf = ({ metadata }: Owned) => metadata?.name ?? '';
const ownerOf = ({ metadata }: Owned) => metadata?.ownerReferences?.[0]?.uid;
const labelOf = ({ metadata }: Owned) => metadata?.labels?.[RUNNER_POD_LABEL];

export function missingAccount(
  { kind, pod, decisions }: HookPod,
  namespace: string,
  cause: unknown,
): HookError {
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
        ? 'Create it, or set ACTIONS_RUNNER_HOOK_INHERIT_SERVICE_ACCOUNT to false.'
        : 'Create it, or correct serviceAccountName in the template.',
    },
  );
}

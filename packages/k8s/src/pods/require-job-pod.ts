import { HookError } from '@podhooks/hooklib';
import type { Pod } from '../model/kubernetes.js';

/** A runner pod; a script step knows its own by name only. */
export interface Owner {
  name: string;
  uid?: string | undefined;
}

/**
 * The pod, if it belongs to this runner pod: a name that the job pod has left can be taken by anybody.
 * @throws HookError STEP_LOST
 */
export function requireJobPod(pod: Pod, { name, uid }: Owner): Pod {
  const owner = pod.metadata?.ownerReferences?.[0];
  if (owner?.kind === 'Pod' && owner.name === name && (uid === undefined || owner.uid === uid)) return pod;
  throw new HookError(
    'STEP_LOST',
    `Pod ${pod.metadata?.name ?? ''} is not the job pod of runner pod ${name}: its owner is another object.`,
    { hint: 'Find out who has deleted the job pod and created another of its name.' },
  );
}

import type { PodRules } from '../pod/own-pod.js';
import type { Settings } from './read.js';

/** What the administrator asks of every pod. */
export function podRules({ podSecurity, runAsUser, userNamespaces }: Settings): PodRules {
  return { security: { restricted: podSecurity === 'restricted', runAsUser, userNamespaces } };
}

import { findGlob } from '../model/glob.js';

/** Which labels or annotations to take: `allow` wins over `deny`, and both over what is known of keys of systems. */
export interface KeyRules {
  /** Globs; `*` stands for any text. */
  readonly allow: readonly string[];
  readonly deny: readonly string[];
}

/**
 * Written onto the runner pod by the cluster, about that pod: its addresses, what a webhook has done to it. On
 * another pod they are wrong, or make the webhook believe that its work is done.
 */
const SYSTEM = [
  'kubectl.kubernetes.io/*',
  'kubernetes.io/*',
  'container.apparmor.security.beta.kubernetes.io/*',
  'container.seccomp.security.alpha.kubernetes.io/*',
  'ovn.kubernetes.io/*',
  '*.ovn.org/*',
  'cni.*',
  '*.cncf.io/*',
  'openshift.io/*',
  '*.openshift.io/*',
  'vpc.amazonaws.com/*',
  'autopilot.gke.io/*',
  'sidecar.istio.io/status',
  'linkerd.io/proxy-version',
  'vault.hashicorp.com/agent-inject-status',
  'podhooks.dev/*',
];

/** ARC finds and counts its runners by these: a job's pod must never look like one, whatever is allowed. */
const RUNNER_ONLY = ['runner-pod', 'pod-template-hash', 'actions-ephemeral-runner', 'actions.github.com/*'];

/** Why a label or annotation of the runner pod stays there; undefined when the job's pods get it. */
export function whyLeftOut(key: string, { allow, deny }: KeyRules): string | undefined {
  if (findGlob(key, RUNNER_ONLY) !== undefined) return 'belongs to runners only';
  if (findGlob(key, allow) !== undefined) return undefined;
  const denied = findGlob(key, deny);
  if (denied !== undefined) return `denied by ${denied}`;
  const system = findGlob(key, SYSTEM);
  return system === undefined ? undefined : `system key, as ${system}`;
}

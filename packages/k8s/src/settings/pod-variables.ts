import { choice, flag, wholeNumber } from './kinds.js';
import { type EnvironmentSet, environmentSet } from './structures.js';
import { optional, preset } from './variable.js';

/** Settings of every pod that the hook creates. */
export const POD_VARIABLES = {
  environmentSet: preset<EnvironmentSet>(
    'ACTIONS_RUNNER_HOOK_ENVIRONMENT_SET',
    'environment.set',
    'Variables of every step, service and docker action, whatever the runner, the workflow or the image says: `ACTIONS_RESULTS_URL: http://cache.ci.svc/` is a cache near the cluster. A value that is secret stays in a Secret of the namespace: `NPM_TOKEN: { secretKeyRef: { name: npm, key: token } }`; GitHub does not mask it in logs.',
    environmentSet,
    {},
  ),
  externalsFrom: preset<'copy' | 'image'>(
    'ACTIONS_RUNNER_HOOK_EXTERNALS_FROM',
    'externals.from',
    "How the runner's Node (`/__e`) comes into job pods. `copy`, the default: the helper copies it, on every cluster. `image`: it is mounted from the image of the helper as an image volume, and nothing is copied: for Kubernetes 1.35 and newer with a containerd that mounts a folder of an image (tested with 2.4; CRI-O mounts images so that no program in them can run).",
    choice('copy', 'image'),
    'copy',
  ),
  podSecurity: optional<'restricted'>(
    'ACTIONS_RUNNER_HOOK_POD_SECURITY',
    'podSecurity',
    "`restricted`: the hook's pods meet the Pod Security level of this name, for namespaces that enforce it. No container runs as root or gains rights, so that each needs a user that is a number: that of its image, of `options: --user 1000` or of `runAsUser`. Otherwise containers run as their images say, as with docker.",
    choice('restricted'),
  ),
  runAsUser: optional<number>(
    'ACTIONS_RUNNER_HOOK_RUN_AS_USER',
    'runAsUser',
    'Number of the user of job containers, services and docker actions whose options name none. Without it, that of the image.',
    wholeNumber(0),
  ),
  userNamespaces: preset(
    'ACTIONS_RUNNER_HOOK_USER_NAMESPACES',
    'userNamespaces',
    "true: the hook's pods have a user namespace of their own (`hostUsers: false`), so that root in a container is nobody on the node. Nodes and volumes must support it.",
    flag,
    false,
  ),
};

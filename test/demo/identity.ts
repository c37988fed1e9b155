import { runnerPod, type Mode } from '../runner/arc.js';
import type { Pod } from '../runner/kubernetes-types.js';
import type { Sight } from './steps.js';

const ANNOTATION = 'iam.amazonaws.com/role';
const ROLE = 'ci-builds';
const PULL_SECRET = 'company-registry';

/** The runner pod as administrators patch it: with a role of a cloud and credentials for a registry. */
export const withIdentity = (pod: Pod): Pod => ({
  ...pod,
  metadata: { ...pod.metadata, annotations: { ...pod.metadata?.annotations, [ANNOTATION]: ROLE } },
  ...(pod.spec && { spec: { ...pod.spec, imagePullSecrets: [{ name: PULL_SECRET }] } }),
});

/** What the job pod has of the runner pod's identity. */
export const identityArrived =
  (mode: Mode) =>
  ([pod]: readonly Pod[]): Sight => {
    const account = pod?.spec?.serviceAccountName ?? 'none';
    const role = pod?.metadata?.annotations?.[ANNOTATION] ?? 'none';
    const secrets = pod?.spec?.imagePullSecrets?.map(({ name }) => name).join(', ') ?? 'none';
    const expected = runnerPod({ namespace: 'any', name: 'any', mode }).spec?.serviceAccountName;
    const isWhole = account === expected && role === ROLE && secrets === PULL_SECRET;
    return {
      line: `Inherited from the runner pod: service account ${account}, annotation ${ANNOTATION}=${role}, pull secret ${secrets}.`,
      ...(!isWhole && { fault: 'the identity of the runner pod did not arrive' }),
    };
  };

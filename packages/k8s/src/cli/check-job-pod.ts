import { isForbidden, isNotFound } from '../cluster/failures.js';
import type { ApiClient } from '../cluster/client.js';
import type { Cluster } from '../cluster/cluster.js';
import { pageOf } from '../failure.js';
import type { Pod } from '../model/kubernetes.js';
import type { HookPod } from '../pod/hook-pod.js';
import { readRunnerPod } from '../pod/runner-pod.js';
import { lookForSources } from '../pods/why-not-mounted.js';
import type { Settings } from '../settings/read.js';
import { check, type Check, TIMEOUT_MS } from './check.js';
import { dryRun, sampleJob, workFolderOf } from './sample-job.js';

/** Looks at the pod that a plain job would get: whether the server takes it, and what it refers to is there. */
export async function checkJobPod(
  runnerPod: Pod,
  settings: Settings,
  client: ApiClient,
  cluster: Cluster,
): Promise<Check[]> {
  const claim = claimCheck(runnerPod, settings);
  let job: HookPod | undefined;
  const taken = await check('job pod', async () => {
    job = await sampleJob(runnerPod, settings);
    const warnings = await dryRun(job, client, cluster);
    const account = job.pod.spec?.serviceAccountName ?? 'default';
    return [`the API server takes it (dry run), account ${account}`, ...warnings].join('; ');
  });
  if (job === undefined) return [...claim, taken];
  return [...claim, taken, await pullSecrets(job.pod, cluster), await volumes(job.pod, cluster)];
}

/** A claim that is none of the runner pod's may not exist, or is another volume than the one that the runner writes to. */
function claimCheck(runnerPod: Pod, settings: Settings): Check[] {
  const { claimName } = settings;
  if (claimName === undefined) return [];
  const work = workFolderOf(runnerPod);
  const own = readRunnerPod(runnerPod, { claimName: undefined, work }).sharedFolder(work)?.source;
  const seen = own?.persistentVolumeClaim?.claimName;
  if (seen === claimName) return [{ name: 'claim', status: 'ok', seen: `${claimName} holds ${work}` }];
  return [
    {
      name: 'claim',
      status: 'failed',
      seen: `ACTIONS_RUNNER_CLAIM_NAME is ${claimName}, and the runner has ${work} on ${seen === undefined ? 'no claim' : `claim ${seen}`}`,
      fix: 'Unset ACTIONS_RUNNER_CLAIM_NAME: the hook finds the claim by the runner pod. Or mount this claim there.',
      help: pageOf('POD_TIMEOUT'),
    },
  ];
}

async function pullSecrets({ spec }: Pod, cluster: Cluster): Promise<Check> {
  const name = 'pull secrets';
  const names = (spec?.imagePullSecrets ?? []).flatMap((secret) => secret.name ?? []);
  const absent: string[] = [];
  for (const secret of names)
    try {
      await cluster.getSecret(secret, AbortSignal.timeout(TIMEOUT_MS));
    } catch (error) {
      if (isForbidden(error))
        return { name, status: 'skipped', seen: `${names.join(', ')}: the account may not read secrets` };
      if (!isNotFound(error)) throw error;
      absent.push(secret);
    }
  if (absent.length === 0)
    return { name, status: 'ok', seen: names.length === 0 ? 'none' : names.join(', ') };
  return {
    name,
    status: 'failed',
    seen: `${absent.join(', ')}: not in namespace ${cluster.namespace}`,
    fix: 'Create the secret in this namespace, or correct imagePullSecrets of the runner pod or the pod template.',
    help: pageOf('POD_FAILED'),
  };
}

async function volumes(pod: Pod, cluster: Cluster): Promise<Check> {
  const name = 'volumes';
  const cancelled = AbortSignal.timeout(TIMEOUT_MS);
  const { absent, unseen } = await lookForSources(pod, { cluster, cancelled });
  if (absent !== undefined)
    return {
      name,
      status: 'failed',
      seen: `volume ${absent.volume}: the ${absent.kind} ${absent.name} does not exist in namespace ${cluster.namespace}`,
      fix: `Create the ${absent.kind}, or correct the volume ${absent.volume} in the pod template.`,
      help: pageOf('POD_TIMEOUT'),
    };
  if (unseen.length === 0) return { name, status: 'ok', seen: 'what they are made from is there' };
  const objects = unseen.map(({ resource, name: object }) => `${resource}/${object}`).join(' ');
  return {
    name,
    status: 'skipped',
    seen: `the account may not look: kubectl -n ${cluster.namespace} get ${objects}`,
  };
}

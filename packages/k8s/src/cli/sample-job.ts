import type { MountVolume } from '@podhooks/hooklib';
import { explain } from '../cluster/api-error.js';
import type { ApiClient } from '../cluster/client.js';
import type { Cluster } from '../cluster/cluster.js';
import { isMissingAccount } from '../cluster/failures.js';
import { resourcePath } from '../cluster/resource-path.js';
import { buildJob } from '../commands/prepare-job.js';
import type { Pod } from '../model/kubernetes.js';
import { EXTERNALS_MOUNT, type RunnerPath, WORK_MOUNT } from '../model/paths.js';
import type { HookPod } from '../pod/hook-pod.js';
import { runnerContainer } from '../pod/runner-pod.js';
import { missingAccount } from '../pods/own-objects.js';
import { hookPodOptionsFrom } from '../pods/hook-pod-options.js';
import { withTemplate } from '../pods/pod-template.js';
import type { Settings } from '../settings/read.js';
import { TIMEOUT_MS } from './check.js';
import { SILENT } from './print.js';

/** Where the runner of GitHub's image lies. */
const RUNNER_ROOT: RunnerPath = '/home/runner';

/** The runner's work folder: RUNNER_TEMP is set in jobs only. */
export function workFolderOf(pod: Pod | undefined): RunnerPath {
  const mounts = (pod && runnerContainer(pod)?.volumeMounts) ?? [];
  return mounts.find(({ mountPath }) => mountPath.endsWith('/_work'))?.mountPath ?? `${RUNNER_ROOT}/_work`;
}

/** The pod of a plain job, as prepare_job would create it with these settings and their template. */
export async function sampleJob(runnerPod: Pod, settings: Settings): Promise<HookPod> {
  const work = workFolderOf(runnerPod);
  const mount = (sourceVolumePath: RunnerPath, targetVolumePath: string): MountVolume => ({
    userProvidedValue: null,
    sourceVolumePath,
    targetVolumePath,
    readOnly: false,
  });
  const container = {
    image: runnerContainer(runnerPod)?.image ?? '',
    dockerfile: null,
    entryPointArgs: [],
    entryPoint: null,
    workingDirectory: `${WORK_MOUNT}/doctor/doctor`,
    createOptions: null,
    registry: null,
    environmentVariables: {},
    portMappings: [],
    systemMountVolumes: [mount(work, WORK_MOUNT), mount(`${work}/../externals`, EXTERNALS_MOUNT)],
    userMountVolumes: [],
  };
  const options = hookPodOptionsFrom(runnerPod, work, settings);
  return withTemplate(buildJob({ container, services: [] }, options, settings), [], {
    settings,
    out: SILENT,
  });
}

/**
 * Has the API server check a pod with everything that it asks of a new one, admission included, and not create it.
 * @throws HookError with what the server says of it.
 */
export async function dryRun(own: HookPod, client: ApiClient, cluster: Cluster): Promise<readonly string[]> {
  const query = { dryRun: 'All', fieldValidation: 'Strict' };
  const path = resourcePath(cluster.namespace, 'pods');
  try {
    const signal = AbortSignal.timeout(TIMEOUT_MS);
    return (await client.send({ method: 'POST', path, query, body: own.pod }, signal)).warnings;
  } catch (error) {
    throw isMissingAccount(error)
      ? missingAccount(own, cluster.namespace, error)
      : explain(error, cluster.server);
  }
}

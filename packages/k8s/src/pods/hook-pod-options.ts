import { dirname } from 'node:path';
import { HookError } from '@podhooks/hooklib';
import { v4 as uuid } from 'uuid';
import { isNotFound } from '../cluster/failures.js';
import type { Pod } from '../model/kubernetes.js';
import type { HookPodOptions } from '../pod/hook-pod.js';
import type { RunnerPath } from '../model/paths.js';
import { provenance } from '../pod/provenance.js';
import { readRunnerPod } from '../pod/runner-pod.js';
import type { Context } from '../context.js';
import type { Settings } from '../settings/read.js';
import { optionsPolicy, podRules } from '../settings/pod-rules.js';
import { inheritSettings } from './inherit-settings.js';
import { requirePodName } from './require-pod-name.js';

/** What the pods of jobs and docker actions are made from alike: the runner pod, and the settings. */
export async function hookPodOptions(
  work: RunnerPath | undefined,
  context: Context,
): Promise<HookPodOptions> {
  return hookPodOptionsFrom(await getRunnerPod(context), work, context.settings);
}

/** The same, of a runner pod that is known already. */
export function hookPodOptionsFrom(
  runnerPod: Pod,
  work: RunnerPath | undefined,
  settings: Settings,
): HookPodOptions {
  return {
    runner: readRunnerPod(runnerPod, { claimName: settings.claimName, work }),
    inheriting: (mode) => inheritSettings(settings, mode),
    id: uuid().slice(0, 5),
    provenance: provenance({ ...settings.placeholders, serverUrl: settings.serverUrl }),
    // A job that has services only names no work folder.
    volumesAllow: [
      ...(settings.temp === undefined ? [] : [dirname(settings.temp)]),
      ...settings.volumesAllow,
    ],
    sameNode: settings.readWriteOnce,
    policy: optionsPolicy(settings),
    rules: podRules(settings),
    maxSeconds: settings.jobMaxSeconds,
  };
}

/** The pod that the hook runs in. @throws HookError NOT_FOUND */
export async function getRunnerPod(context: Context): Promise<Pod> {
  const name = requirePodName(context.settings);
  try {
    return await context.cluster.getPod(name, context.cancelled);
  } catch (error) {
    if (!isNotFound(error)) throw error;
    throw new HookError(
      'NOT_FOUND',
      `The runner pod ${name} is not in namespace ${context.cluster.namespace}.`,
      {
        cause: error,
        hint: 'Check ACTIONS_RUNNER_POD_NAME and ACTIONS_RUNNER_KUBERNETES_NAMESPACE of the runner container.',
      },
    );
  }
}

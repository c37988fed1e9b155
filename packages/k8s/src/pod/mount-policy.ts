import { posix } from 'node:path';
import { HookError, type MountVolume } from '@podhooks/hooklib';
import { below, type ContainerPath, type RunnerPath } from '../model/paths.js';
import { coveredBy } from '../step/own-folders.js';

/** Sockets of container runtimes: who reaches one has the node. */
const RUNTIME_SOCKETS = [
  '/run/docker.sock',
  '/run/containerd/containerd.sock',
  '/run/k3s/containerd/containerd.sock',
  '/run/crio/crio.sock',
  '/run/cri-dockerd.sock',
  '/run/podman/podman.sock',
];

/** Whether a path is the socket of a container runtime, or a folder that holds one. */
export function reachesRuntimeSocket(path: string): boolean {
  // /var/run is a link to /run on every distribution that has both.
  const real = posix.normalize(path).replace(/^\/var\/run(?=\/|$)/, '/run');
  return RUNTIME_SOCKETS.some((socket) => below(real, socket) !== undefined) || real === '/var';
}

/**
 * A line of `volumes:` is the workflow's: it gets the runner's folders that the administrator has given to workflows, and no
 * others that the runner happens to share.
 * @param allowed folders whose content a workflow may mount.
 * @throws HookError UNSUPPORTED
 */
export function checkUserSource({ source, asked }: AskedVolume, allowed: readonly RunnerPath[]): void {
  if (reachesRuntimeSocket(source))
    throw new HookError(
      'UNSUPPORTED',
      `The volume "${asked}" cannot be mounted: through the socket of the container runtime, a workflow would control the node.`,
      { hint: 'Build images without a daemon, or run one as a service of the job.' },
    );
  if (allowed.some((folder) => below(folder, source) !== undefined)) return;
  throw new HookError(
    'UNSUPPORTED',
    `The volume "${asked}" cannot be mounted: ${source} is not in the work folder of the runner.`,
    {
      hint: 'Use a folder below the workspace, a named volume, or a volume from the pod template. An administrator can allow other folders that the runner pod mounts with ACTIONS_RUNNER_HOOK_VOLUMES_ALLOW.',
    },
  );
}

export interface AskedVolume {
  source: RunnerPath;
  /** The line of `volumes:` as written. */
  asked: string;
}

/** Where a user's volume goes in the container. @throws HookError UNSUPPORTED where it would lie over what the hook mounts. */
export function userTarget({ userProvidedValue, targetVolumePath }: MountVolume): ContainerPath {
  const target = posix.join('/', targetVolumePath).replace(/(?<=.)\/$/, '');
  const covered = coveredBy(target);
  if (covered === undefined) return target;
  throw new HookError(
    'UNSUPPORTED',
    `The volume "${userProvidedValue ?? targetVolumePath}" cannot be mounted at ${target}: it would cover ${covered}, which the hook needs.`,
    { hint: 'Mount it at another path of the container.' },
  );
}

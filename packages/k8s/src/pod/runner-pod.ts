import { posix } from 'node:path';
import type { Container, OwnerReference, Pod, Volume } from '../model/kubernetes.js';
import { HookError } from '@podhooks/hooklib';
import { below, type RunnerPath } from '../model/paths.js';

/** A volume of the runner pod that other pods can mount, and where in it a folder of the runner lies. */
export interface SharedFolder {
  /** Ready for another pod: an ephemeral volume is named by its claim. */
  source: Omit<Volume, 'name'>;
  /** Path in the volume, '' for its root. */
  subPath: string;
  /** Whether only pods on the runner's node can mount it. */
  sameNode: boolean;
  /** Whether the runner itself may only read there: no pod gets more than it has. */
  readOnly: boolean;
}

/** What the hooks want to know of the pod they run in. */
export interface RunnerPod {
  name: string;
  uid: string;
  node: string | undefined;
  image: string;
  /** As the API has it: what of it the job pod inherits is decided in inherit.ts. */
  pod: Pod;
  /** The volume behind a folder of the runner container; undefined if no other pod can mount it. */
  sharedFolder(path: RunnerPath): SharedFolder | undefined;
}

export interface RunnerPodOptions {
  /** Claim that holds the work folder whatever the pod says (`ACTIONS_RUNNER_CLAIM_NAME`). */
  claimName: string | undefined;
  work: RunnerPath | undefined;
}

/** Volumes that live in one pod only. */
const PRIVATE_SOURCES = [
  'emptyDir',
  'configMap',
  'secret',
  'downwardAPI',
  'projected',
  'csi',
  'image',
  'gitRepo',
];

/** Reads the runner pod. @throws HookError NOT_FOUND if it is not a runner pod. */
export function readRunnerPod(pod: Pod, options: RunnerPodOptions): RunnerPod {
  const { name, uid } = pod.metadata ?? {};
  const container = runnerContainer(pod);
  if (name === undefined || uid === undefined || container?.image === undefined)
    throw new HookError(
      'NOT_FOUND',
      `Pod ${name ?? '?'} is not a runner pod: it has no container with an image.`,
      {
        hint: 'Set ACTIONS_RUNNER_POD_NAME to the name of the pod that the hook runs in.',
      },
    );
  return {
    name,
    uid,
    node: pod.spec?.nodeName,
    image: container.image,
    pod,
    sharedFolder: (path) => claimedFolder(path, options) ?? mountedFolder(pod, name, container, path),
  };
}

/** Kubernetes removes an object with this reference when the runner pod is gone. */
export function ownedBy(runner: RunnerPod): OwnerReference {
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    name: runner.name,
    uid: runner.uid,
    blockOwnerDeletion: false,
    controller: false,
  };
}

/** ARC names it `runner`; a hand-made pod may have it under any name, but then with the hooks' variable. */
export function runnerContainer(pod: Pod): Container | undefined {
  const containers = pod.spec?.containers ?? [];
  return (
    containers.find(({ name }) => name === 'runner') ??
    containers.find(({ env }) => env?.some(({ name }) => name === 'ACTIONS_RUNNER_CONTAINER_HOOKS')) ??
    containers[0]
  );
}

function claimedFolder(path: RunnerPath, { claimName, work }: RunnerPodOptions): SharedFolder | undefined {
  if (claimName === undefined || work === undefined) return undefined;
  const subPath = below(work, path);
  return subPath === undefined
    ? undefined
    : { source: { persistentVolumeClaim: { claimName } }, subPath, sameNode: true, readOnly: false };
}

function mountedFolder(
  pod: Pod,
  podName: string,
  container: Container,
  path: RunnerPath,
): SharedFolder | undefined {
  const mount = (container.volumeMounts ?? [])
    .filter(({ mountPath }) => below(mountPath, path) !== undefined)
    .sort((a, b) => b.mountPath.length - a.mountPath.length)[0];
  const volume = pod.spec?.volumes?.find(({ name }) => name === mount?.name);
  // An expression in a sub path is known to the kubelet only.
  if (mount === undefined || volume === undefined || mount.subPathExpr !== undefined) return undefined;
  const { name, ephemeral, ...source } = volume;
  const readOnly = mount.readOnly === true;
  const subPath = posix.join(mount.subPath ?? '', below(mount.mountPath, path) ?? '').replace(/^\.$/, '');
  if (ephemeral !== undefined) {
    const modes = ephemeral.volumeClaimTemplate?.spec.accessModes ?? [];
    // Kubernetes: the claim of a generic ephemeral volume is named <pod>-<volume>.
    return {
      source: { persistentVolumeClaim: { claimName: `${podName}-${name}` } },
      subPath,
      sameNode: !modes.includes('ReadWriteMany'),
      readOnly,
    };
  }
  if (Object.keys(source).some((key) => PRIVATE_SOURCES.includes(key))) return undefined;
  // Whether a claim can be used on several nodes stands in the claim, which ARC's role cannot read.
  const sameNode = source.persistentVolumeClaim !== undefined || source.hostPath !== undefined;
  return { source, subPath, sameNode, readOnly };
}

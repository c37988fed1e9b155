import { posix } from 'node:path';
import type { Container, Volume, VolumeMount } from '../model/kubernetes.js';
import { literal } from '../model/literal.js';
import { coveredBy } from '../step/own-folders.js';
import type { Effects, Preset, Quantities } from './effects.js';
import { healthProbe } from './health.js';
import { quantityOfBytes } from './values.js';

/** Folders in memory: volumes of the pod, and their mounts in the container. */
export interface MemoryVolumes {
  volumes: Volume[];
  mounts: VolumeMount[];
  faults: string[];
}

/** What options change of a container; what the workflow says elsewhere (`entrypoint:`) is put over it. */
export function containerPart(effects: Effects): Partial<Container> {
  const { user, readOnly, privileged, workingDir, entrypoint, health, pullPolicy } = effects;
  const resources = withPreset(resourcesOf(effects), effects.preset);
  const capabilities = capabilitiesOf(effects);
  const security = {
    ...(user !== undefined && { runAsUser: user.user }),
    ...(user?.group !== undefined && { runAsGroup: user.group }),
    ...(readOnly && { readOnlyRootFilesystem: true }),
    ...(privileged && { privileged }),
    ...(capabilities !== undefined && { capabilities }),
  };
  return {
    ...(resources !== undefined && { resources }),
    ...(Object.keys(security).length > 0 && { securityContext: security }),
    ...(pullPolicy !== undefined && { imagePullPolicy: pullPolicy }),
    ...(workingDir !== undefined && { workingDir }),
    ...(entrypoint !== undefined && { command: [literal(entrypoint)] }),
    ...healthProbe(health),
  };
}

/**
 * docker's `--cpus` and `--memory` bound a container and reserve nothing. Kubernetes would reserve as much as the limit
 * where nothing is requested, and so the pod might fit on no node.
 */
function resourcesOf({
  cpus = 0,
  memory = 0,
  memoryReservation = 0,
  storage = 0,
  devices,
}: Effects): Container['resources'] {
  const limits = {
    ...(cpus > 0 && { cpu: `${cpus}m` }),
    ...(memory > 0 && { memory: quantityOfBytes(memory) }),
    ...(storage > 0 && { 'ephemeral-storage': quantityOfBytes(storage) }),
    // Of these, the API server wants the request to be the limit, which is its default.
    ...devices,
  };
  const requests = {
    ...(cpus > 0 && { cpu: '0' }),
    ...((memory > 0 || memoryReservation > 0) && { memory: quantityOfBytes(memoryReservation) }),
    ...(storage > 0 && { 'ephemeral-storage': '0' }),
  };
  const parts = Object.entries({ limits, requests }).filter(([, each]) => Object.keys(each).length > 0);
  return parts.length === 0 ? undefined : Object.fromEntries(parts);
}

/** The resources of a container: of what the preset speaks, options and maxima say nothing. */
function withPreset(asked: Container['resources'], preset: Preset | undefined): Container['resources'] {
  if (preset === undefined) return asked;
  const { requests, limits } = preset.resources;
  const others = (quantities: Quantities = {}) =>
    Object.fromEntries(
      Object.entries(quantities).filter(
        ([name]) => !Object.hasOwn(requests, name) && !Object.hasOwn(limits, name),
      ),
    );
  const all = {
    limits: { ...others(asked?.limits), ...limits },
    requests: { ...others(asked?.requests), ...requests },
  };
  const parts = Object.entries(all).filter(([, quantities]) => Object.keys(quantities).length > 0);
  return parts.length === 0 ? undefined : Object.fromEntries(parts);
}

function capabilitiesOf({ addedCapabilities: add, droppedCapabilities: drop }: Effects) {
  if (add.length + drop.length === 0) return undefined;
  return { ...(add.length > 0 && { add }), ...(drop.length > 0 && { drop }) };
}

/** @param mounts of the container without options: a path holds one volume. */
export function memoryVolumes(
  container: string,
  { memoryFolders }: Effects,
  mounts: readonly VolumeMount[],
): MemoryVolumes {
  const made: MemoryVolumes = { volumes: [], mounts: [], faults: [] };
  const taken = new Set(mounts.map(({ mountPath }) => mountPath));
  // As with docker, what is said last of a path counts.
  const folders = new Map(
    memoryFolders.map(({ path, bytes }) => [posix.normalize(path).replace(/(?<=.)\/$/, ''), bytes]),
  );
  for (const [mountPath, bytes] of folders) {
    if (taken.has(mountPath)) {
      made.faults.push(`${mountPath} is mounted already`);
      continue;
    }
    const covered = coveredBy(mountPath);
    if (covered !== undefined) {
      made.faults.push(`${mountPath} would cover ${covered}, which the hook needs`);
      continue;
    }
    const name = `memory-${made.volumes.length}-${container}`.slice(0, 63).replace(/-+$/, '');
    const emptyDir = {
      medium: 'Memory',
      ...(bytes !== undefined && { sizeLimit: quantityOfBytes(bytes) }),
    };
    made.volumes.push({ name, emptyDir });
    made.mounts.push({ name, mountPath });
  }
  return made;
}

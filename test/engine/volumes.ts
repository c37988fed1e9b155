import { chmod, chown, mkdir, realpath, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fieldValue, type FindSecret } from './environment.js';
import type { Mount } from './sandbox.js';
import type { ContainerSpec, Pod, Volume } from './types.js';

/** What the kubelet needs to know to fill volumes. */
export interface VolumeSources {
  /** Directories of this machine by the name of the claim that stands for them. */
  claims: Map<string, string>;
  findSecret: FindSecret;
  /** The files of a service account's token volume. */
  accountFiles: Record<string, string>;
}

/** Something that a volume needs is not there (yet): the kubelet tries again. */
export class VolumeError extends Error {}

/** Makes the pod's volumes below `directory`: the name of each with the directory that holds it. */
export async function prepareVolumes(
  pod: Pod,
  directory: string,
  from: VolumeSources,
): Promise<Map<string, string>> {
  const prepared = new Map<string, string>();
  for (const volume of pod.spec.volumes ?? []) {
    const path = await prepare(pod, volume, join(directory, volume.name), from);
    prepared.set(volume.name, await realpath(path));
  }
  return prepared;
}

/** The mounts of one container; sub paths that are missing become directories, as the kubelet makes them. */
export function mountsOf(
  { volumeMounts = [] }: ContainerSpec,
  volumes: Map<string, string>,
): Promise<Mount[]> {
  return Promise.all(
    volumeMounts.map(async ({ name, mountPath, subPath, readOnly = false }) => {
      const volume = volumes.get(name) ?? '';
      const source = subPath === undefined ? volume : join(volume, subPath);
      await mkdir(source, { recursive: true }).catch(ignoreExisting);
      return { source: await realpath(source), target: mountPath, readOnly };
    }),
  );
}

/** The claim that a volume stands for: for `ephemeral` it has the name `<pod>-<volume>`. */
export function claimOf(pod: Pod, volume: Volume): string | undefined {
  if (volume.persistentVolumeClaim) return volume.persistentVolumeClaim.claimName;
  return volume.ephemeral ? `${pod.metadata.name}-${volume.name}` : undefined;
}

async function prepare(pod: Pod, volume: Volume, path: string, from: VolumeSources): Promise<string> {
  const claim = claimOf(pod, volume);
  const claimed = claim === undefined ? undefined : from.claims.get(claim);
  if (claimed !== undefined) return claimed;
  const { hostPath, projected, secret, configMap, downwardAPI } = volume;
  if (hostPath?.path !== undefined) {
    if (hostPath.type?.endsWith('OrCreate')) await mkdir(hostPath.path, { recursive: true });
    return hostPath.path;
  }
  await mkdir(path, { recursive: true });
  if (volume.emptyDir || claim !== undefined) {
    await chmod(path, 0o777);
    const group = pod.spec.securityContext?.fsGroup;
    if (group !== undefined && process.getuid?.() === 0) await chown(path, 0, group);
    return path;
  }
  const sources = projected?.sources ?? [
    { ...(secret && { secret }), ...(configMap && { configMap }), ...(downwardAPI && { downwardAPI }) },
  ];
  for (const source of sources) await writeFiles(path, filesOf(pod, source, from));
  return path;
}

type Source = NonNullable<NonNullable<Volume['projected']>['sources']>[number] & Pick<Volume, 'secret'>;

function filesOf(
  pod: Pod,
  source: Source,
  { findSecret, accountFiles }: VolumeSources,
): Record<string, Buffer> {
  const { secret, configMap, downwardAPI, serviceAccountToken } = source;
  if (serviceAccountToken) return { [serviceAccountToken.path]: Buffer.from(accountFiles['token'] ?? '') };
  if (downwardAPI) {
    const files: Record<string, Buffer> = {};
    for (const { path, fieldRef } of downwardAPI.items ?? [])
      files[path] = Buffer.from(fieldValue(pod, fieldRef?.fieldPath ?? ''));
    return files;
  }
  if (configMap?.name === 'kube-root-ca.crt') return { 'ca.crt': Buffer.from(accountFiles['ca.crt'] ?? '') };
  if (configMap) {
    if (configMap.optional === true) return {};
    throw new VolumeError(`configmap "${configMap.name ?? ''}" not found`);
  }
  const name = secret?.secretName ?? secret?.name ?? '';
  const found = findSecret(name);
  if (!found && secret?.optional !== true) throw new VolumeError(`secret "${name}" not found`);
  const data = found?.data ?? {};
  const items = secret?.items ?? Object.keys(data).map((key) => ({ key, path: key }));
  return Object.fromEntries(items.map(({ key, path }) => [path, Buffer.from(data[key] ?? '', 'base64')]));
}

async function writeFiles(directory: string, files: Record<string, Buffer>): Promise<void> {
  for (const [path, content] of Object.entries(files)) {
    await mkdir(dirname(join(directory, path)), { recursive: true });
    await writeFile(join(directory, path), content);
  }
}

/** A sub path may be a file. */
function ignoreExisting(error: NodeJS.ErrnoException): void {
  if (error.code !== 'EEXIST' && error.code !== 'ENOTDIR') throw error;
}

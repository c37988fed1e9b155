import { createHash } from 'node:crypto';
import { posix } from 'node:path';
import type { Volume, VolumeMount } from '../model/kubernetes.js';
import { HookError, type HookContainer, type MountVolume } from '@podhooks/hooklib';
import { HOOK_FOLDER } from '../step/script.js';
import { checkUserSource, reachesRuntimeSocket, userTarget } from './mount-policy.js';
import {
  below,
  type ContainerPath,
  EXTERNALS_MOUNT,
  type RunnerPath,
  sourceOf,
  TOOLS_MOUNT,
  WORK_MOUNT,
} from '../model/paths.js';
import { WORK_VOLUME } from '../model/names.js';
import type { RunnerPod, SharedFolder } from './runner-pod.js';

const EXTERNALS = 'externals';
const HOOK = 'podhooks';
/** Volumes without which no step can run: a template must leave them alone. */
export const OWN_VOLUMES = [WORK_VOLUME, EXTERNALS, HOOK];

/** Asked for by every runner; no pod of ours gets it. */
const DOCKER_SOCKET = '/var/run/docker.sock';

/** The runner's folders that a container is to see, and where. */
export function runnerMounts({
  systemMountVolumes,
}: HookContainer): { source: RunnerPath; target: ContainerPath }[] {
  return systemMountVolumes.flatMap(({ sourceVolumePath: source, targetVolumePath: target }) =>
    source === null || target === DOCKER_SOCKET ? [] : [{ source, target }],
  );
}

/** How the job pod and the runner share the work folder. */
export type WorkFolder = { mode: 'volume'; folder: SharedFolder } | { mode: 'novolume' };

/** A job with services only has no work folder, and so none that is shared. */
export function workFolder(runner: RunnerPod, work: RunnerPath | undefined): WorkFolder {
  const folder = work === undefined ? undefined : runner.sharedFolder(work);
  return folder === undefined ? { mode: 'novolume' } : { mode: 'volume', folder };
}

/** Volumes of the administrator by name: a source as a pod has it, with `readOnly` and `subPath` of its mount. */
export type NamedVolumes = Readonly<Record<string, NamedVolume>>;
type NamedVolume = Omit<Volume, 'name'> & Pick<VolumeMount, 'readOnly' | 'subPath'>;

/** A folder in an image, from which a volume brings it (Kubernetes 1.35 and newer). */
export interface ImageFolder {
  image: string;
  folder: string;
}

/** Collects the volumes of a pod while its containers' mounts are made. */
export class Volumes {
  private readonly volumes = new Map<string, Volume>();
  private anonymous = 0;

  constructor(
    private readonly runner: RunnerPod,
    private readonly work: { path: RunnerPath; folder: WorkFolder } | undefined,
    /** Folders of the runner that workflows may mount, beside the work folder. */
    private readonly allowed: readonly RunnerPath[] = [],
    private readonly named: NamedVolumes = {},
  ) {}

  list(): Volume[] {
    return [...this.volumes.values()];
  }

  /** Mounts of the job container: externals, work folder, tools, home, event, and what `volumes:` asks for. */
  forJob(container: HookContainer, externals?: ImageFolder): VolumeMount[] {
    const mounts = [
      this.hookMount(),
      { ...this.externalsMount(externals), readOnly: true },
      ...this.workMounts(),
    ];
    for (const { source, target } of runnerMounts(container)) {
      // `/__w/…` is there with `/__w`.
      if (below(WORK_MOUNT, target) !== undefined || target === EXTERNALS_MOUNT) continue;
      const folder = this.runnerFolder(source);
      if (folder !== undefined) mounts.push({ ...folder, mountPath: target });
      else if (target === TOOLS_MOUNT) mounts.push({ name: this.empty('tools'), mountPath: TOOLS_MOUNT });
    }
    return [...mounts, ...this.forUser(container.userMountVolumes)];
  }

  /** Mounts of a docker action: each folder of the runner that it asks for, and the work folder. */
  forAction(container: HookContainer): VolumeMount[] {
    const asked = runnerMounts(container).map(({ source, target }) => ({
      ...this.sharedFolder(source, source),
      mountPath: target,
    }));
    // RUNNER_WORKSPACE, RUNNER_TOOL_CACHE and GITHUB_ACTION_PATH of an action are paths of the runner; /__w is a habit.
    return [...this.workMounts(), ...asked, ...this.forUser(container.userMountVolumes)];
  }

  /** Mounts of the helper: it brings the runner's externals, and moves files in and out of the work folder. */
  forHelper(externals?: ImageFolder): VolumeMount[] {
    return [this.hookMount(), this.externalsMount(externals), ...this.workMounts().slice(0, 1)];
  }

  /** Mounts of a docker action's helper, where nothing is shared with the runner. */
  forActionHelper(): VolumeMount[] {
    return [this.hookMount(), ...this.workMounts().slice(0, 1)];
  }

  /** Mounts for lines of `volumes:`; names of docker volumes live as long as the pod. */
  forUser(volumes: readonly MountVolume[]): VolumeMount[] {
    return volumes.map((volume) => ({ ...place(volume), ...this.userFolder(volume) }));
  }

  /**
   * Mounts of a service: the work folder, and the lines of `volumes:`. What may not be mounted is left out and told. Many images are documented with the docker
   * socket (localstack), and do without it what most jobs want of them.
   */
  forService(volumes: readonly MountVolume[], tell: (refusal: HookError) => void): VolumeMount[] {
    const user = volumes.flatMap((volume) => {
      const placed = place(volume);
      try {
        return { ...placed, ...this.userFolder(volume) };
      } catch (error) {
        if (!(error instanceof HookError)) throw error;
        tell(error);
        return [];
      }
    });
    return [...this.workMounts().slice(0, 1), ...user];
  }

  /** @throws HookError UNSUPPORTED for a folder that the workflow may not have, or that no pod can mount. */
  private userFolder({ userProvidedValue, sourceVolumePath: source }: MountVolume): FolderMount {
    if (source === null) return { name: this.empty(`anonymous-${++this.anonymous}`) };
    if (!source.startsWith('/')) return this.namedVolume(source);
    const asked = userProvidedValue ?? source;
    checkUserSource({ source, asked }, [
      ...(this.work === undefined ? [] : [this.work.path]),
      ...this.allowed,
    ]);
    return this.sharedFolder(source, asked);
  }

  /** That of the administrator, or one that lives as long as the pod. */
  private namedVolume(name: string): FolderMount {
    const known = Object.hasOwn(this.named, name) ? this.named[name] : undefined;
    const { readOnly = false, subPath = '', ...source } = known ?? { emptyDir: {} };
    const volume = `named-${nameFor(name)}`;
    const added =
      source.persistentVolumeClaim === undefined ? this.add(volume, source) : this.addOnce(volume, source);
    return folderMount(added, { subPath, readOnly });
  }

  private sharedFolder(path: RunnerPath, asked: string): FolderMount {
    const folder = this.runnerFolder(path);
    if (folder !== undefined) return folder;
    throw new HookError(
      'UNSUPPORTED',
      `The volume "${asked}" cannot be mounted: ${path} is on no volume of the runner pod that other pods can mount.`,
      {
        hint: 'Use a folder below the workspace, a named volume, or a volume from the pod template.',
      },
    );
  }

  private workMounts(): VolumeMount[] {
    if (this.work === undefined) return [];
    const { path, folder } = this.work;
    const shared = folder.mode === 'volume' ? folder.folder : { source: { emptyDir: {} }, subPath: '' };
    const mount = folderMount(this.add(WORK_VOLUME, shared.source), shared);
    // `${{ github.workspace }}` in a script is the runner's own path.
    return [WORK_MOUNT, path].map((mountPath) => ({ ...mount, mountPath }));
  }

  /** A folder of the runner that the pod can have: in the work folder, or on another shared volume. */
  private runnerFolder(path: RunnerPath): FolderMount | undefined {
    const inWork = this.work && below(this.work.path, path);
    if (this.work !== undefined && inWork !== undefined) {
      const shared = this.work.folder.mode === 'volume' ? this.work.folder.folder : { subPath: '' };
      return folderMount(WORK_VOLUME, {
        ...shared,
        subPath: [shared.subPath, inWork].filter(Boolean).join('/'),
      });
    }
    const folder = this.runner.sharedFolder(path);
    // Whatever path of the runner it has: `hostPath: /var/run` may be mounted anywhere.
    if (folder === undefined || isRuntimeSocket(folder)) return undefined;
    return folderMount(this.addOnce(`runner-${nameFor(path)}`, folder.source), folder);
  }

  private hookMount(): VolumeMount {
    return { name: this.empty(HOOK), mountPath: HOOK_FOLDER };
  }

  private externalsMount(externals: ImageFolder | undefined): VolumeMount {
    if (externals === undefined) return { name: this.empty(EXTERNALS), mountPath: EXTERNALS_MOUNT };
    const { image: reference, folder } = externals;
    const name = this.add(EXTERNALS, { image: { reference, pullPolicy: 'IfNotPresent' } });
    return { name, subPath: posix.normalize(folder).slice(1), mountPath: EXTERNALS_MOUNT };
  }

  private empty(name: string): string {
    return this.add(name, { emptyDir: {} });
  }

  /** The kubelet never gets ready to run a pod that has one claim as two volumes. */
  private addOnce(name: string, source: Omit<Volume, 'name'>): string {
    const wanted = JSON.stringify(source);
    for (const { name: known, ...other } of this.volumes.values())
      if (JSON.stringify(other) === wanted) return known;
    return this.add(name, source);
  }

  private add(name: string, source: Omit<Volume, 'name'>): string {
    if (!this.volumes.has(name)) this.volumes.set(name, { name, ...source });
    return name;
  }
}

type FolderMount = Pick<VolumeMount, 'name' | 'subPath' | 'readOnly'>;

/** Where a line of `volumes:` goes; read-only if the line or the runner's own mount says so. */
function place(volume: MountVolume): Pick<VolumeMount, 'mountPath' | 'readOnly'> {
  return { mountPath: userTarget(volume), ...(volume.readOnly && { readOnly: true }) };
}

/** The pod may write where the runner may. */
function folderMount(
  name: string,
  { subPath, readOnly = false }: Pick<SharedFolder, 'subPath'> & Partial<SharedFolder>,
): FolderMount {
  return { name, ...(subPath !== '' && { subPath }), ...(readOnly && { readOnly }) };
}

function isRuntimeSocket({ source: { hostPath }, subPath }: SharedFolder): boolean {
  return hostPath !== undefined && reachesRuntimeSocket(posix.join(hostPath.path, subPath));
}

/** Volume names hold at most 63 of few characters; different texts must stay different. */
function nameFor(text: string): string {
  const hex = Buffer.from(text).toString('hex');
  return hex.length <= 40 ? hex : createHash('sha256').update(text).digest('hex').slice(0, 40);
}

/** The runner's folder that the job container sees at `/__w`; undefined without a job container. */
export function workPath(container: HookContainer | null): RunnerPath | undefined {
  return container === null ? undefined : sourceOf(container.systemMountVolumes, WORK_MOUNT);
}

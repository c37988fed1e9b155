import { dirname } from 'node:path';

/** What an image presets. Its programs are those of this machine: an image brings no files but `mounts`. */
export interface Image {
  entrypoint?: string[];
  cmd?: string[];
  env?: Record<string, string>;
  workingDir?: string;
  /** Numeric: `uid` or `uid:gid`. */
  user?: string;
  /** Directories of this machine that the image seems to hold: path in the container to path here. */
  mounts?: Record<string, string>;
  /** How long a pull of this image takes. */
  pullMs?: number;
}

const PATH = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';
const nodeDirectory = dirname(process.execPath);
const node: Image = { cmd: ['node'], env: { PATH: `${nodeDirectory}:${PATH}` } };

/** Stand-ins for the images that the test cluster has, too. */
const KNOWN: Record<string, Image> = {
  'busybox:1.36': { cmd: ['sh'] },
  'alpine:3.20': { cmd: ['sh'] },
  'debian:12': { cmd: ['bash'] },
  'node:20': node,
  'node:22': node,
  'node:24': node,
  'actions/actions-runner:latest': { ...node, cmd: ['sleep', 'infinity'] },
};

export class Images {
  readonly #known: Map<string, Image>;

  constructor(registered: Record<string, Image>) {
    this.#known = new Map(Object.entries({ ...KNOWN, ...registered }));
  }

  register(name: string, image: Image): void {
    this.#known.set(name, image);
  }

  find(name: string): Image | undefined {
    return this.#known.get(name);
  }
}

/** What a runtime sets when neither the image nor the pod does. */
export const DEFAULT_ENVIRONMENT = { PATH, HOME: '/root' };

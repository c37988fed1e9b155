import { option, type Working } from './option.js';
import { bytes, gpus, milliCpus, platform } from './values.js';

/** For docs/options.md and the log. */
export const GUARDED = 'Needs a pod template, or ACTIONS_RUNNER_HOOK_OPTIONS_ALLOW.';
const SIZE = 'a size such as 512m or 2g';

const absolute = (value: string): string | undefined =>
  value.startsWith('/') && value !== '/' && !value.includes(':') ? value : undefined;

/** `/run:size=64m,mode=1777`: of what stands behind the colon, Kubernetes knows the size. */
function tmpfs(value: string): { path: string; bytes?: number } | undefined {
  const [path = '', settings = ''] = value.split(':', 2);
  const size = /(?:^|,)size=([^,]*)/.exec(settings)?.[1];
  const limit = size === undefined ? undefined : bytes(size);
  if (absolute(path) === undefined || (size !== undefined && limit === undefined)) return undefined;
  return { path, ...(limit !== undefined && limit > 0 && { bytes: limit }) };
}

/** What a container gets of its node, and of which node. */
export const SIZE_OPTIONS: readonly Working[] = [
  option(
    ['--cpus'],
    'Limit of CPU. Nothing is reserved, as with docker: the request is 0.',
    'a number of CPUs, such as 1.5',
    milliCpus,
    (value, effects) => void (effects.cpus = value),
  ),
  option(
    ['--memory', '-m'],
    'Limit of memory. Nothing is reserved, as with docker: the request is 0.',
    SIZE,
    bytes,
    (value, effects) => void (effects.memory = value),
  ),
  option(
    ['--memory-reservation'],
    'Request of memory.',
    SIZE,
    bytes,
    (value, effects) => void (effects.memoryReservation = value),
  ),
  option(
    ['--shm-size'],
    'Size of `/dev/shm`, which counts as memory of the container.',
    SIZE,
    bytes,
    (value, { memoryFolders }) =>
      void memoryFolders.push({ path: '/dev/shm', ...(value > 0 && { bytes: value }) }),
  ),
  option(
    ['--tmpfs'],
    'A folder in memory. Of its settings only `size` counts.',
    'an absolute path, such as /run or /run:size=64m',
    tmpfs,
    (value, { memoryFolders }) => void memoryFolders.push(value),
  ),
  option(
    ['--storage-opt'],
    'Limit of ephemeral storage; of its settings only `size` counts. The request is 0.',
    'size=<size>, such as size=10g',
    (value) => (value.startsWith('size=') ? bytes(value.slice('size='.length)) : undefined),
    (value, effects) => void (effects.storage = value),
  ),
  option(
    ['--gpus'],
    'GPUs, where ACTIONS_RUNNER_HOOK_OPTIONS_GPU_RESOURCE says what these are.',
    'a number or all',
    gpus,
    (value, effects) => void (effects.gpus = value),
  ),
  option(
    ['--platform'],
    `Architecture of the node, for the whole pod. ${GUARDED}`,
    'linux/<architecture>, such as linux/arm64',
    platform,
    ({ os, arch }, { nodeSelector }) =>
      void Object.assign(nodeSelector, { 'kubernetes.io/os': os, 'kubernetes.io/arch': arch }),
    { kind: 'guarded' },
  ),
];

import { collect } from '../cluster/collect.js';
import type { Context } from '../context.js';
import type { StepTarget } from '../model/step-target.js';

/** The container's own counters and limit, as cgroup v2 has them, and as v1. */
const FILES = [
  '/sys/fs/cgroup/memory.events',
  '/sys/fs/cgroup/memory/memory.oom_control',
  '/sys/fs/cgroup/memory.max',
  '/sys/fs/cgroup/memory/memory.limit_in_bytes',
];

/**
 * For a step that was killed while its container lives on: whether the kernel did it because memory ran out, which nothing
 * else tells. One exec, and never a failure of its own.
 */
export async function reportIfOutOfMemory(context: Context, target: StepTarget): Promise<void> {
  const { cluster, cancelled, out } = context;
  const { pod, container } = target;
  try {
    const { stdout } = await collect(cluster, pod, container, ['cat', ...FILES], '', cancelled);
    const { kills, limitMiB } = readMemory(stdout);
    if (kills === 0) return;
    const limit = limitMiB === undefined ? 'the memory of its node' : `its memory limit of ${limitMiB} MiB`;
    out.warning(
      `The step was killed. Since container ${container} of pod ${pod} began, the kernel has killed ${kills} of its processes because it had reached ${limit}.\nRaise the memory limit of the container, or let the step use less.`,
    );
  } catch (error) {
    out.debug(`whether the step ran out of memory is not known: ${String(error)}`);
  }
}

/** Above this a limit of cgroup v1 means that there is none. */
const NO_LIMIT_BYTES = 2 ** 60;

/** Reads the files above, of which half do not exist. */
export function readMemory(text: string): { kills: number; limitMiB: number | undefined } {
  const limit = Number(/^\d+$/m.exec(text)?.[0] ?? NO_LIMIT_BYTES);
  return {
    kills: Number(/^oom_kill (\d+)$/m.exec(text)?.[1] ?? 0),
    limitMiB: limit < NO_LIMIT_BYTES ? Math.round(limit / 2 ** 20) : undefined,
  };
}

import type { PodRunner } from '../runner/pod-runner.js';

/** Linux: sysconf(_SC_CLK_TCK) is 100 everywhere. */
const TICK_MS = 10;

/** CPU time that the programs which the agent in the runner pod starts use while `use` runs; in milliseconds. */
export async function childCpu<T>(
  runner: PodRunner,
  use: () => Promise<T>,
): Promise<{ result: T; cpuMs: number }> {
  const before = await endedChildren(runner);
  const result = await use();
  return { result, cpuMs: (await endedChildren(runner)) - before };
}

/** The kernel adds up what processes have used when their parent, here the agent, has seen them end (proc(5), cutime). */
async function endedChildren(runner: PodRunner): Promise<number> {
  const { stdout } = await runner.exec(['sh', '-c', 'cat /proc/$PPID/stat']);
  return readChildTicks(stdout.toString()) * TICK_MS;
}

/** Of a line of /proc/PID/stat; the program's name, which comes second, may hold anything. */
export function readChildTicks(stat: string): number {
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return Number(fields[13]) + Number(fields[14]);
}

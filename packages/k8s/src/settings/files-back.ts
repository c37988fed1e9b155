import type { AgentOptions } from '../agent/agent.js';
import type { Settings } from './read.js';

/** What of the job's files comes back from a pod without a shared volume; undefined where nothing does. */
export function filesBackLimits({
  filesBackBudgetMb,
  filesBackExclude: exclude,
}: Settings): Omit<AgentOptions, 'repository'> | undefined {
  return filesBackBudgetMb > 0 ? { maxBytes: filesBackBudgetMb * 2 ** 20, exclude } : undefined;
}

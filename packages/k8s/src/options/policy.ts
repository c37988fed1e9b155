import type { Effects } from './effects.js';
import { quantityOfBytes } from './values.js';

/** What the administrator lets workflows ask for. */
export interface OptionsPolicy {
  /** Globs for options with rights on the node, as `--cap-add=NET_*`. */
  allow: readonly string[];
  /** Thousandths of a CPU, and bytes; undefined without a maximum. */
  maxCpus: number | undefined;
  maxMemory: number | undefined;
}

/**
 * Keeps one container within the maxima, also where it asks for nothing: it would have no limit.
 * @returns what is to be said of values that are larger.
 */
export function keepWithinMaxima(effects: Effects, { maxCpus, maxMemory }: OptionsPolicy): string[] {
  const faults: string[] = [];
  if (maxCpus !== undefined) {
    const asked = effects.cpus;
    effects.cpus = limitOf(asked, maxCpus);
    if (asked !== undefined && effects.cpus !== asked)
      faults.push(
        `--cpus: ${asked / 1000} is above ACTIONS_RUNNER_HOOK_OPTIONS_MAX_CPUS, so ${maxCpus / 1000} is used`,
      );
  }
  if (maxMemory !== undefined) {
    const setting = 'ACTIONS_RUNNER_HOOK_OPTIONS_MAX_MEMORY_MB';
    const { memory, memoryReservation } = effects;
    const most = quantityOfBytes(maxMemory);
    effects.memory = limitOf(memory, maxMemory);
    if (memory !== undefined && effects.memory !== memory)
      faults.push(`--memory: ${quantityOfBytes(memory)} is above ${setting}, so ${most} is used`);
    if (memoryReservation !== undefined && memoryReservation > maxMemory) {
      effects.memoryReservation = undefined;
      faults.push(`--memory-reservation: ${quantityOfBytes(memoryReservation)} is above ${setting}`);
    }
  }
  return faults;
}

/** docker takes 0 for no limit, which is above every maximum. */
function limitOf(asked: number | undefined, most: number): number {
  return asked === undefined || asked === 0 || asked > most ? most : asked;
}

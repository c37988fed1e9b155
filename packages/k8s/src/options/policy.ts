import { findGlob } from '../model/glob.js';
import { type Effects, type Preset, PRESET_LABEL } from './effects.js';
import { quantityOfBytes } from './values.js';

/** What the administrator lets workflows ask for. */
export interface OptionsPolicy {
  /** Globs for options with rights on the node, as `--cap-add=NET_*`. */
  allow: readonly string[];
  /** Whether pods have to meet the Pod Security level `restricted`. */
  restricted: boolean;
  /** Thousandths of a CPU, and bytes; undefined without a maximum. */
  maxCpus: number | undefined;
  maxMemory: number | undefined;
  maxStorage: number | undefined;
  maxGpus: number | undefined;
  /** What Kubernetes calls a GPU here; undefined where workflows get none. */
  gpuResource: string | undefined;
  /** Sizes by name. */
  presets: Readonly<Record<string, Preset>>;
}

/** The one capability that containers may add under `restricted`. */
const RESTRICTED = '--cap-add=NET_BIND_SERVICE';

/** @param written an option with rights on the node, as a glob of the administrator has it. */
export function isAllowed(written: string, { allow, restricted }: OptionsPolicy): boolean {
  return findGlob(written, allow) !== undefined && (!restricted || written === RESTRICTED);
}

/** Keeps one container within the policy. @returns what is to be said of what it asks for in vain. */
export function keepWithinPolicy(effects: Effects, policy: OptionsPolicy): string[] {
  const faults = [
    ...keepWithinMaxima(effects, policy),
    ...giveGpus(effects, policy),
    ...choosePreset(effects, policy),
  ];
  if (policy.restricted && effects.user?.user === 0) {
    effects.user = undefined;
    faults.push('--user: root is not used, as ACTIONS_RUNNER_HOOK_POD_SECURITY is restricted');
  }
  return faults;
}

/**
 * Keeps one container within the maxima, also where it asks for nothing: it would have no limit.
 * @returns what is to be said of values that are larger.
 */
function keepWithinMaxima(effects: Effects, { maxCpus, maxMemory, maxStorage }: OptionsPolicy): string[] {
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
  if (maxStorage !== undefined) {
    const asked = effects.storage;
    effects.storage = limitOf(asked, maxStorage);
    if (asked !== undefined && effects.storage !== asked)
      faults.push(
        `--storage-opt: ${quantityOfBytes(asked)} is above ACTIONS_RUNNER_HOOK_OPTIONS_MAX_STORAGE_MB, so ${quantityOfBytes(maxStorage)} is used`,
      );
  }
  return faults;
}

function giveGpus(effects: Effects, { gpuResource, maxGpus }: OptionsPolicy): string[] {
  const { gpus } = effects;
  if (gpus === undefined) return [];
  if (gpuResource === undefined)
    return ['--gpus is not used: ACTIONS_RUNNER_HOOK_OPTIONS_GPU_RESOURCE does not say what a GPU is here'];
  const asked = gpus === 'all' ? maxGpus : gpus;
  if (asked === undefined)
    return ['--gpus: all is not used without ACTIONS_RUNNER_HOOK_OPTIONS_MAX_GPUS: ask for a number'];
  const given = Math.min(asked, maxGpus ?? asked);
  if (given > 0) effects.devices = { [gpuResource]: String(given) };
  return given === asked
    ? []
    : [`--gpus: ${asked} is above ACTIONS_RUNNER_HOOK_OPTIONS_MAX_GPUS, so ${given} is used`];
}

function choosePreset(effects: Effects, { presets }: OptionsPolicy): string[] {
  const { presetName: name } = effects;
  if (name === undefined) return [];
  effects.preset = Object.hasOwn(presets, name) ? presets[name] : undefined;
  if (effects.preset !== undefined) return [];
  const known = Object.keys(presets).join(', ') || 'none';
  return [
    `--label ${PRESET_LABEL}: there is no preset ${JSON.stringify(name)}; ACTIONS_RUNNER_HOOK_PRESETS has ${known}`,
  ];
}

/** docker takes 0 for no limit, which is above every maximum. */
function limitOf(asked: number | undefined, most: number): number {
  return asked === undefined || asked === 0 || asked > most ? most : asked;
}

import type { OptionsPolicy } from '../options/policy.js';
import type { Settings } from './read.js';

/** What workflows may ask for with docker's options. */
export function optionsPolicy({ optionsAllow, optionsMaxCpus, optionsMaxMemoryMb }: Settings): OptionsPolicy {
  return {
    allow: optionsAllow,
    maxCpus: optionsMaxCpus && Math.ceil(optionsMaxCpus * 1000),
    maxMemory: optionsMaxMemoryMb && Math.floor(optionsMaxMemoryMb) * 2 ** 20,
  };
}

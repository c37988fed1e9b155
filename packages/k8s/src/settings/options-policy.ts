import type { OptionsPolicy } from '../options/policy.js';
import type { Settings } from './read.js';

/** What workflows may ask for with docker's options. */
export function optionsPolicy(settings: Settings): OptionsPolicy {
  const { optionsAllow, optionsMaxCpus, optionsMaxMemoryMb, podSecurity } = settings;
  return {
    allow: optionsAllow,
    restricted: podSecurity === 'restricted',
    maxCpus: optionsMaxCpus && Math.ceil(optionsMaxCpus * 1000),
    maxMemory: optionsMaxMemoryMb && Math.floor(optionsMaxMemoryMb) * 2 ** 20,
  };
}

import type { OptionsPolicy } from '../../src/options/policy.js';

/** As without any setting. */
export const NO_POLICY: OptionsPolicy = { allow: [], maxCpus: undefined, maxMemory: undefined };

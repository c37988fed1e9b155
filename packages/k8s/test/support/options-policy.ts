import type { OptionsPolicy } from '../../src/options/policy.js';
import type { PodRules } from '../../src/pod/hook-pod.js';

/** As without any setting. */
export const NO_POLICY: OptionsPolicy = {
  allow: [],
  restricted: false,
  maxCpus: undefined,
  maxMemory: undefined,
  maxStorage: undefined,
  maxGpus: undefined,
  gpuResource: undefined,
  presets: {},
};

/** As without any setting. */
export const NO_RULES: PodRules = {
  security: { restricted: false, runAsUser: undefined, userNamespaces: false },
  environment: [],
  externals: 'copy',
  volumes: {},
  images: { rewrites: {}, pullPolicy: undefined },
};

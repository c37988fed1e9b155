import type { EnvVar } from '../model/kubernetes.js';
import { literal } from '../model/literal.js';
import type { OptionsPolicy } from '../options/policy.js';
import type { PodRules } from '../pod/hook-pod.js';
import type { Settings } from './read.js';
import type { EnvironmentSet } from './structures.js';

/** What the administrator asks of every pod. */
export function podRules(settings: Settings): PodRules {
  const {
    podSecurity,
    runAsUser,
    userNamespaces,
    environmentSet,
    imagesRewrite,
    imagesPullPolicy,
    volumesNamed,
    externalsFrom,
  } = settings;
  return {
    security: { restricted: podSecurity === 'restricted', runAsUser, userNamespaces },
    environment: variablesOf(environmentSet),
    externals: externalsFrom,
    volumes: volumesNamed,
    images: { rewrites: imagesRewrite, pullPolicy: imagesPullPolicy },
  };
}

/** The kubelet reads what stands in a Secret: it passes neither through the hook nor the runner. */
function variablesOf(set: EnvironmentSet): EnvVar[] {
  return Object.entries(set).map(([name, value]) =>
    typeof value === 'string' ? { name, value: literal(value) } : { name, valueFrom: value },
  );
}

/** What workflows may ask for with docker's options. */
export function optionsPolicy(settings: Settings): OptionsPolicy {
  const { optionsMaxCpus, optionsMaxMemoryMb, optionsMaxStorageMb } = settings;
  return {
    allow: settings.optionsAllow,
    restricted: settings.podSecurity === 'restricted',
    presets: settings.presets,
    gpuResource: settings.optionsGpuResource,
    maxGpus: settings.optionsMaxGpus,
    maxCpus: optionsMaxCpus && Math.ceil(optionsMaxCpus * 1000),
    maxMemory: optionsMaxMemoryMb && Math.floor(optionsMaxMemoryMb) * 2 ** 20,
    maxStorage: optionsMaxStorageMb && Math.floor(optionsMaxStorageMb) * 2 ** 20,
  };
}

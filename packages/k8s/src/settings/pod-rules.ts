import type { EnvVar } from '../model/kubernetes.js';
import { literal } from '../model/literal.js';
import type { PodRules } from '../pod/own-pod.js';
import type { Settings } from './read.js';
import type { EnvironmentSet } from './structures.js';

/** What the administrator asks of every pod. */
export function podRules(settings: Settings): PodRules {
  const { podSecurity, runAsUser, userNamespaces, environmentSet, imagesRewrite, imagesPullPolicy } =
    settings;
  return {
    security: { restricted: podSecurity === 'restricted', runAsUser, userNamespaces },
    environment: variablesOf(environmentSet),
    images: { rewrites: imagesRewrite, pullPolicy: imagesPullPolicy },
  };
}

/** The kubelet reads what stands in a Secret: it passes neither through the hook nor the runner. */
function variablesOf(set: EnvironmentSet): EnvVar[] {
  return Object.entries(set).map(([name, value]) =>
    typeof value === 'string' ? { name, value: literal(value) } : { name, valueFrom: value },
  );
}

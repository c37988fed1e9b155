import { inheritDefaults, type InheritSettings } from '../pod/inherit.js';
import type { Settings } from '../settings/read.js';

/** What pods inherit from the runner pod: the defaults of the mode, and what the administrator wants otherwise. */
export function inheritSettings(settings: Settings, mode: 'volume' | 'no-volume'): InheritSettings {
  const defaults = inheritDefaults(mode);
  return {
    imagePullSecrets: settings.inheritPullSecrets ?? defaults.imagePullSecrets,
    serviceAccount: settings.inheritServiceAccount ?? defaults.serviceAccount,
    annotations: { allow: settings.inheritAnnotationsAllow, deny: settings.inheritAnnotationsDeny },
    labels: { allow: settings.inheritLabels, deny: ['*'] },
    fsGroup: settings.inheritFsGroup ?? defaults.fsGroup,
    tolerations: settings.inheritTolerations ?? defaults.tolerations,
    priorityClass: settings.inheritPriorityClass ?? defaults.priorityClass,
    proxy: settings.inheritProxy ?? defaults.proxy,
  };
}

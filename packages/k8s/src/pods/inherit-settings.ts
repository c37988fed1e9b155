import type { WorkMode } from '../model/work-mode.js';
import { inheritDefaults, type InheritSettings } from '../merge/inherit.js';
import type { Settings } from '../settings/read.js';

/** What pods inherit from the runner pod: the defaults of the mode, and what the administrator wants otherwise. */
export function inheritSettings(settings: Settings, mode: WorkMode): InheritSettings {
  return {
    imagePullSecrets: settings.inheritPullSecrets,
    serviceAccount: settings.inheritServiceAccount,
    annotations: { allow: settings.inheritAnnotationsAllow, deny: settings.inheritAnnotationsDeny },
    labels: { allow: settings.inheritLabels, deny: ['*'] },
    fsGroup: settings.inheritFsGroup ?? inheritDefaults(mode).fsGroup,
    tolerations: settings.inheritTolerations,
    priorityClass: settings.inheritPriorityClass,
    proxy: settings.inheritProxy,
  };
}

import type { Container, VolumeMount } from '../model/kubernetes.js';
import { HOOK_FOLDER } from '../step/script.js';
import { quote } from '../step/quote.js';
import { HELPER_CONTAINER } from '../model/names.js';
import { EXTERNALS_MOUNT, type RunnerPath } from '../model/paths.js';

/** Written by the helper when `externals` are in place, or when that failed, with the reason. */
export const EXTERNALS_READY = `${HOOK_FOLDER}/externals.ready`;
export const EXTERNALS_FAILED = `${HOOK_FOLDER}/externals.failed`;

/**
 * Ends at once when the pod is deleted; a shell that waits also reaps what steps leave behind. Not with 0: of a pod whose
 * containers all ended well, the kubelet forgets that it has evicted it.
 */
export const KEEP_ALIVE = `trap 'exit 143' TERM INT; while :; do sleep 3600 & wait; done`;

/** Written by the job container as soon as it runs. */
export const STARTED = `${HOOK_FOLDER}/started`;
/** What the job container does unless the workflow names another entrypoint. */
export const JOB_KEEP_ALIVE = `: > ${STARTED}\n${KEEP_ALIVE}`;

/**
 * The helper: the runner's own image, which is on the node already. It brings `externals` and receives files, so the job
 * image needs nothing but sh. It comes first in the pod, since the kubelet starts containers in order: it runs while the
 * job image is still being pulled.
 */
export function helperContainer(
  image: string,
  externals: RunnerPath,
  volumeMounts: VolumeMount[],
): Container {
  const copy = `cp -R ${quote(externals)}/. ${EXTERNALS_MOUNT}/ 2> ${EXTERNALS_FAILED}.part`;
  return {
    name: HELPER_CONTAINER,
    image,
    imagePullPolicy: 'IfNotPresent',
    command: [
      'sh',
      '-c',
      `if ${copy}; then : > ${EXTERNALS_READY}; else mv ${EXTERNALS_FAILED}.part ${EXTERNALS_FAILED}; fi\n${KEEP_ALIVE}`,
    ],
    volumeMounts,
    resources: { requests: { cpu: '10m', memory: '32Mi' } },
    securityContext: {
      runAsNonRoot: true,
      // The image names its user `runner`; the kubelet takes only a number for "no root".
      runAsUser: 1001,
      allowPrivilegeEscalation: false,
      capabilities: { drop: ['ALL'] },
      seccompProfile: { type: 'RuntimeDefault' },
    },
  };
}

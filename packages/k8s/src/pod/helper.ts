import type { Container, VolumeMount } from './kubernetes.js';
import { HOOK_FOLDER } from '../step/script.js';
import { quote } from '../step/quote.js';
import { HELPER_CONTAINER } from './names.js';
import { EXTERNALS_MOUNT, type RunnerPath } from './paths.js';

/** Written by the helper when `externals` are in place, or when that failed, with the reason. */
export const EXTERNALS_READY = `${HOOK_FOLDER}/externals.ready`;
export const EXTERNALS_FAILED = `${HOOK_FOLDER}/externals.failed`;

/**
 * Ends at once when the pod is deleted; a shell that waits also reaps what steps leave behind. Not with 0: of a pod whose
 * containers all ended well, the kubelet forgets that it has evicted it.
 */
export const KEEP_ALIVE = `trap 'exit 143' TERM INT; while :; do sleep 3600 & wait; done`;

/**
 * The helper: the runner's own image, which is on the node already. It brings `externals` and receives files, so the job
 * image needs nothing but sh. It comes first in the pod, since the kubelet starts containers in order: it runs while the
 * job image is still being pulled. `agent` is a command that runs beside all that.
 */
export function helperContainer(
  image: string,
  externals: RunnerPath,
  volumeMounts: VolumeMount[],
  agent?: string,
): Container {
  const copy = `cp -R ${quote(externals)}/. ${EXTERNALS_MOUNT}/ 2> ${EXTERNALS_FAILED}.part`;
  return {
    name: HELPER_CONTAINER,
    image,
    imagePullPolicy: 'IfNotPresent',
    command: [
      'sh',
      '-c',
      `${agent === undefined ? '' : `${agent} &\n`}if ${copy}; then : > ${EXTERNALS_READY}; else mv ${EXTERNALS_FAILED}.part ${EXTERNALS_FAILED}; fi\n${KEEP_ALIVE}`,
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

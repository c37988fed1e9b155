import type { Container, Pod, VolumeMount } from '../model/kubernetes.js';
import { FILES_ARRIVED } from '../agent/action-files.js';
import { HOOK_FOLDER } from '../step/script.js';
import { quote } from '../step/quote.js';
import { strategicMerge } from '../merge/merge.js';
import { HELPER_CONTAINER, JOB_CONTAINER } from '../model/names.js';
import { EXTERNALS_MOUNT, type RunnerPath } from '../model/paths.js';

/**
 * How the runner's externals come into the job pod. They hold each Node twice, the second time for Alpine, and an image needs
 * one of both: what is for Alpine is copied only when the inspection asks for it.
 */
export const EXTERNALS = {
  /** Written by the helper when they are in place, but for those of Alpine. */
  ready: `${HOOK_FOLDER}/externals.ready`,
  /** A pipe: a line in it asks for those of Alpine. */
  alpine: `${HOOK_FOLDER}/externals.alpine`,
  /** Written when those of Alpine are there, too. */
  alpineReady: `${HOOK_FOLDER}/externals.alpine.ready`,
  /** Written when that failed, with the reason. */
  failed: `${HOOK_FOLDER}/externals.failed`,
} as const;

/** The runner's folder of them, and whether an image volume may have brought it. */
interface Externals {
  folder: RunnerPath;
  from: 'copy' | 'image';
}

/**
 * Ends at once when the pod is deleted; a shell that waits also reaps what steps leave behind. Not with 0: of a pod whose
 * containers all ended well, the kubelet forgets that it has evicted it.
 */
export const KEEP_ALIVE = `trap 'exit 143' TERM INT; while :; do sleep 3600 & wait; done`;

/** Written by the job container as soon as it runs. */
export const STARTED = `${HOOK_FOLDER}/started`;
/** What the job container does unless the workflow names another entrypoint. `: >` would end the shell where it cannot write. */
export const JOB_KEEP_ALIVE = `printf '' > ${STARTED}\n${KEEP_ALIVE}`;

/**
 * What one thread can use, and the page cache of the copied externals: the memory that the helper itself needs is less than
 * 1 MiB, but below this the kernel reclaims cache while it copies (236 ms without a limit, 244 ms with 512Mi, 469 ms with 256Mi).
 */
const LIMITS: Readonly<Record<string, string>> = { cpu: '1', memory: '512Mi', 'ephemeral-storage': '1Gi' };

/**
 * The pod with limits for the helper of those resources that the job container has limits of, unless the template gives the
 * helper its own: a namespace with a quota on limits takes no pod that lacks one in any container.
 */
export function withHelperLimits(pod: Pod): Pod {
  const limitsOf = (container: string) =>
    pod.spec?.containers.find(({ name }) => name === container)?.resources?.limits ?? {};
  const own = limitsOf(HELPER_CONTAINER);
  const limits = Object.fromEntries(
    Object.keys(limitsOf(JOB_CONTAINER)).flatMap((resource) => {
      const limit = own[resource] ?? LIMITS[resource];
      return limit === undefined ? [] : [[resource, limit]];
    }),
  );
  const helper = { name: HELPER_CONTAINER, resources: { limits } };
  return Object.keys(limits).length === 0 ? pod : strategicMerge(pod, { spec: { containers: [helper] } });
}

/**
 * The helper: the runner's own image, which is on the node already. It brings `externals` and receives files, so the job
 * image needs nothing but sh. It comes first in the pod, since the kubelet starts containers in order: it runs while the
 * job image is still being pulled. `agent` is a command that runs beside all that.
 */
export function helperContainer(
  image: string,
  externals: Externals,
  volumeMounts: VolumeMount[],
  agent?: string,
): Container {
  const command = `${agent === undefined ? '' : `${agent} &\n`}${bringExternals(externals)}${KEEP_ALIVE}`;
  return container(image, command, volumeMounts);
}

/**
 * An API server without image volumes drops the image, and leaves an empty folder that the helper could not write to; a runtime
 * may mount images so that nothing in them can run.
 */
function bringExternals({ folder, from }: Externals): string {
  if (from === 'copy') return copyExternals(folder);
  const fails = (reason: string) =>
    `echo '${reason}: set externals.from to copy' > ${EXTERNALS.failed}.part && mv ${EXTERNALS.failed}.part ${EXTERNALS.failed}`;
  return `set -- ${EXTERNALS_MOUNT}/node*/bin/node
if [ -x "$1" ]; then
: > ${EXTERNALS.ready}
: > ${EXTERNALS.alpineReady}
elif [ -e "$1" ]; then
${fails('the container runtime mounts images so that no program in them can run')}
else
${fails('the API server has no image volumes, which came with Kubernetes 1.35, or the image has no externals')}
fi
`;
}

/** Who asks for those of Alpine asks again and again: what is in the pipe before somebody reads it is lost. */
function copyExternals(externals: RunnerPath): string {
  const folder = quote(externals);
  return `mkfifo -m 666 ${EXTERNALS.alpine} || exit
put() { if $1 2> ${EXTERNALS.failed}.part; then : > $2; else mv ${EXTERNALS.failed}.part ${EXTERNALS.failed}; fi; }
most() {
  for name in ${folder}/* ${folder}/.[!.]*; do
    case $name in *_alpine | */'.[!.]*') ;; *) cp -R "$name" ${EXTERNALS_MOUNT}/ || return ;; esac
  done
}
alpine() {
  for name in ${folder}/*_alpine; do [ ! -e "$name" ] || cp -R "$name" ${EXTERNALS_MOUNT}/ || return; done
}
put most ${EXTERNALS.ready}
{ read -r name <> ${EXTERNALS.alpine} && put alpine ${EXTERNALS.alpineReady}; } &
`;
}

/**
 * The helper of a docker action without a shared work folder: it receives the action's files. The kubelet starts no further
 * container before the hook after its start has ended: so the action finds its files. After `gateSeconds` it gives up.
 */
export function actionHelperContainer(
  image: string,
  gateSeconds: number,
  volumeMounts: VolumeMount[],
  agent?: string,
): Container {
  const gate = `until [[ -e ${FILES_ARRIVED} ]]; do ((SECONDS < ${Math.ceil(gateSeconds)})) || exit 1; sleep 0.05; done`;
  return {
    ...container(image, `${agent === undefined ? '' : `${agent} &\n`}${KEEP_ALIVE}`, volumeMounts),
    lifecycle: { postStart: { exec: { command: ['bash', '-c', gate] } } },
  };
}

function container(image: string, command: string, volumeMounts: VolumeMount[]): Container {
  return {
    name: HELPER_CONTAINER,
    image,
    imagePullPolicy: 'IfNotPresent',
    command: ['sh', '-c', command],
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

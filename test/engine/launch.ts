import { expand, resolveEnvironment } from './environment.js';
import type { Image } from './images.js';
import type { Kubelet } from './kubelet.js';
import type { Launch, Mount } from './sandbox.js';
import type { ContainerSpec, Pod } from './types.js';
import { mountsOf } from './volumes.js';

const TOKEN_DIRECTORY = '/var/run/secrets/kubernetes.io/';

/** Why a container has to wait: the kubelet's reason and words. */
export interface Problem {
  reason: string;
  message: string;
}

/** Why the image of a container cannot be had. `again` after a first failure: the kubelet backs off. */
export function imageProblem(image: string, known: boolean, fault: string | undefined, again: boolean) {
  if (!/^[a-z0-9][\w./:@-]*$/.test(image) || image.includes('//')) {
    const why = `couldn't parse image name "${image}": invalid reference format`;
    return { reason: 'InvalidImageName', message: `Failed to apply default image tag "${image}": ${why}` };
  }
  if (known && fault === undefined) return undefined;
  const what = fault ?? `failed to resolve reference "${image}": ${image}: not found`;
  if (again)
    return {
      reason: 'ImagePullBackOff',
      message: `Back-off pulling image "${image}": ErrImagePull: ${what}`,
    };
  const message = `rpc error: code = NotFound desc = failed to pull and unpack image "${image}": ${what}`;
  return { reason: 'ErrImagePull', message };
}

/**
 * What to run for a container and what to mount: the pod's wishes over the image's.
 * @throws ConfigError when the environment names what there is not
 */
export async function planLaunch(
  pod: Pod,
  spec: ContainerSpec,
  image: Image,
  volumes: Map<string, string>,
  kubelet: Kubelet,
): Promise<{ launch: Launch; mounts: Mount[] }> {
  const { findSecret } = kubelet.volumeSources(pod);
  const environment = resolveEnvironment(pod, spec, image, kubelet.systemEnvironment(pod), findSecret);
  const defaultArguments = spec.command ? [] : (image.cmd ?? []);
  const words = [...(spec.command ?? image.entrypoint ?? []), ...(spec.args ?? defaultArguments)];
  const user = userOf(pod, spec, image);
  const launch = {
    command: words.map((word) => expand(word, environment)),
    environment,
    workdir: spec.workingDir ?? image.workingDir ?? '/',
    ...(user !== undefined && { user }),
  };
  const held = Object.entries(image.mounts ?? {}).map(([target, source]) => ({
    source,
    target,
    readOnly: true,
  }));
  return { launch, mounts: [...held, ...(await mountsOf(spec, volumes))] };
}

/** Where mounts cannot be made, a container without any still runs: the account's token is not missed. */
export function mountProblem(mounts: Mount[], limitation: string | undefined): Problem | undefined {
  if (limitation === undefined) return undefined;
  const missed = mounts.find(({ target }) => !target.startsWith(TOKEN_DIRECTORY));
  if (!missed) return undefined;
  const message = `nothing can be mounted at ${missed.target} on this machine: ${limitation}`;
  return { reason: 'CreateContainerError', message };
}

/** `uid:gid`, or undefined for the user that containers have by themselves. */
function userOf(pod: Pod, { securityContext }: ContainerSpec, image: Image): string | undefined {
  const { runAsUser, runAsGroup } = { ...pod.spec.securityContext, ...securityContext };
  if (runAsUser !== undefined) return `${runAsUser}:${runAsGroup ?? 0}`;
  return image.user === undefined || image.user.includes(':') ? image.user : `${image.user}:${image.user}`;
}

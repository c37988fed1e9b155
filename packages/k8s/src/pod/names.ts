import { createHash } from 'node:crypto';

/** ARC's controller removes pods and secrets with this label when the runner pod goes (ephemeralrunner_controller.go). */
export const RUNNER_POD_LABEL = 'runner-pod';
/** Tells one creation of a pod from another: a request that is repeated must not be taken for a second one. */
export const REQUEST_ANNOTATION = 'podhooks.dev/request';
export const JOB_CONTAINER = 'job';
export const HELPER_CONTAINER = 'podhooks';

/** Names of containers, and labels' values, hold at most 63 characters (RFC 1123); pods are kept to the same. */
const LONGEST_NAME = 63;

/** The job pod's name, as upstream has it; a long one is cut, and a hash keeps it apart from others that are cut alike. */
export function jobPodName(runner: string): string {
  return fit(runner, '-workflow');
}

export function secretName(runner: string, purpose: string): string {
  return fit(runner, `-${purpose}`);
}

/** `<stem><suffix>` in at most 63 characters. */
export function fit(stem: string, suffix: string): string {
  if (stem.length + suffix.length <= LONGEST_NAME) return stem + suffix;
  const hash = createHash('sha256').update(stem).digest('hex').slice(0, 8);
  const room = LONGEST_NAME - suffix.length - hash.length - 1;
  return `${stem.slice(0, room).replace(/[-.]+$/, '')}-${hash}${suffix}`;
}

/**
 * Names of the service containers: the last part of the image's path, as upstream has it, made fit for Kubernetes and
 * unlike each other. `ghcr.io/o/My_Db@sha256:…` -> `my-db`.
 */
export function serviceNames(images: readonly string[]): string[] {
  const taken = new Set([JOB_CONTAINER, HELPER_CONTAINER]);
  return images.map((image) => {
    const base = baseName(image);
    let name = base;
    for (let number = 1; taken.has(name); number++) name = fit(base, `-${number}`);
    taken.add(name);
    return name;
  });
}

function baseName(image: string): string {
  const path = image.split('@')[0] ?? '';
  const last = (path.split('/').pop() ?? '').split(':')[0] ?? '';
  const name = last
    .toLowerCase()
    .replaceAll(/[^a-z0-9-]+/g, '-')
    .replaceAll(/^-+|-+$/g, '');
  return name === '' ? 'service' : fit(name, '');
}

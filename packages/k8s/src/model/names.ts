import { createHash } from 'node:crypto';

/** ARC's controller removes pods and secrets with this label when the runner pod goes (ephemeralrunner_controller.go). */
export const RUNNER_POD_LABEL = 'runner-pod';
export const JOB_CONTAINER = 'job';
export const HELPER_CONTAINER = 'podhooks';

/** Names of containers, and labels' values, hold at most 63 characters (RFC 1123); pods are kept to the same. */
const LONGEST_NAME = 63;

/**
 * Names of what is made for one job. `job` is unlike any other job's: a runner may run several, one after the other, and
 * for some seconds an exec that names a pod can reach its deleted predecessor of the same name, which is still on the node.
 */
export function jobPodName(runner: string, job: string): string {
  return fit(runner, `-workflow-${job}`);
}

/** As jobPodName, for the pod of one docker action: several may run at once. */
export function stepPodName(runner: string, step: string): string {
  return fit(runner, `-step-${step}`);
}

export function secretName(runner: string, purpose: string, job: string): string {
  return fit(runner, `-${purpose}-${job}`);
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

import { createHash } from 'node:crypto';

/** ARC's controller removes pods and secrets with this label when the runner pod goes (ephemeralrunner_controller.go). */
export const RUNNER_POD_LABEL = 'runner-pod';
export const JOB_CONTAINER = 'job';
export const HELPER_CONTAINER = 'podhooks';
/** The volume that holds the work folder. */
export const WORK_VOLUME = 'work';

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

/** The container of a stage of a Dockerfile. */
export function stageName(number: number): string {
  return `stage-${number}`;
}

export function isStageName(name: string): boolean {
  return /^stage-\d+$/.test(name);
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
 * Names of the service containers: the last part of the image's path, made fit for Kubernetes (`ghcr.io/o/My_Db@sha256:…` ->
 * `my-db`), with a number where several services would have it (`redis-0`, `redis-1`), as upstream has it.
 */
export function serviceNames(images: readonly string[]): string[] {
  const reserved = [JOB_CONTAINER, HELPER_CONTAINER];
  const bases = images.map(baseName);
  const isUnique = (base: string) =>
    !reserved.includes(base) && bases.indexOf(base) === bases.lastIndexOf(base);
  // What is unique keeps its name, whatever the numbers of others come to.
  const taken = new Set([...reserved, ...bases.filter(isUnique)]);
  return bases.map((base) => {
    if (isUnique(base)) return base;
    let number = 0;
    while (taken.has(fit(base, `-${number}`))) number++;
    const name = fit(base, `-${number}`);
    taken.add(name);
    return name;
  });
}

function baseName(image: string): string {
  const [path = ''] = image.split('@');
  const [last = ''] = path.slice(path.lastIndexOf('/') + 1).split(':');
  const name = last
    .toLowerCase()
    .replaceAll(/[^a-z0-9-]+/g, '-')
    .replaceAll(/^-+|(?<!-)-+$/g, '');
  return name === '' ? 'service' : fit(name, '');
}

import type { JsonMap } from '../json.js';
import { nearest } from '../yaml/suggest.js';
import { serviceNames } from '../model/names.js';

/** A container of this name in a template patches one of ours; others are sidecars. */
const PREFIX = '$';
const OURS = ['job', 'step', 'helper'];

/** What a container may be called (RFC 1123). */
const CONTAINER_NAME = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/;

/** The containers that a template can patch. */
export interface PodRoles {
  /** The container that runs the job, or in a step pod the action. */
  readonly jobContainer: string;
  /** The container that moves files, where there is one. */
  readonly helper?: string;
  /** The service containers in the order of the workflow. */
  readonly services: readonly { readonly name: string; readonly image: string }[];
  /** Volumes that carry files of the hook and that a template must leave alone. */
  readonly volumes: readonly string[];
}

export type PodKind = 'job' | 'step';

export const isSelector = (name: unknown): name is `$${string}` =>
  typeof name === 'string' && name.startsWith(PREFIX);

/** Why `$name` can never select a container; undefined when it can. */
export function selectorFault(selector: string): string | undefined {
  const name = selector.slice(PREFIX.length);
  if (OURS.includes(name)) return undefined;
  const meant = nearest(name, OURS);
  if (meant === undefined && CONTAINER_NAME.test(name)) return undefined;
  const known = OURS.map((each) => PREFIX + each).join(', ');
  return `${selector} selects no container; ${meant ? `did you mean ${PREFIX}${meant}? ` : ''}There are ${known}, $<image> as in $redis, and $service-<number>`;
}

/**
 * The names of the containers that `$name` selects: `$job` also the main container of a step pod, `$step` only
 * that one, `$redis` every service whose image is called so (as upstream has it), `$service-2` the second
 * service of the workflow unless an image is called so.
 */
export function select(selector: string, kind: PodKind, roles: PodRoles): string[] {
  const name = selector.slice(PREFIX.length);
  if (name === 'job') return [roles.jobContainer];
  if (name === 'step') return kind === 'step' ? [roles.jobContainer] : [];
  if (name === 'helper') return roles.helper === undefined ? [] : [roles.helper];
  const byName = roles.services.filter(
    (service) => service.name === name || serviceNames([service.image])[0] === name,
  );
  if (byName.length > 0) return byName.map((service) => service.name);
  const position = /^service-(\d+)$/.exec(name)?.[1];
  const service = position === undefined ? undefined : roles.services[Number(position) - 1];
  return service ? [service.name] : [];
}

/** The general before the special, whatever their order in the file: `$redis` before `$redis-0`, `$job` before `$step`. */
export function bySpecificity(patches: readonly JsonMap[], kind: PodKind, roles: PodRoles): JsonMap[] {
  const breadth = ({ name }: JsonMap): number => {
    if (name === '$step') return 0;
    return isSelector(name) ? select(name, kind, roles).length : 0;
  };
  return [...patches].sort((a, b) => breadth(b) - breadth(a));
}

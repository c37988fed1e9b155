import { isDeepStrictEqual } from 'node:util';
import type { Container, Pod, Volume } from '../model/kubernetes.js';
import { RUNNER_POD_LABEL } from '../model/names.js';
import type { PodRoles } from './template-names.js';

/** Why a template must leave the label alone. */
export const HOOKS_LABEL = "is the hook's: ARC removes a job's pods by it";

/** The hook starts the helper with a command of its own, which lets the next container wait for it. */
const HELPER_FIELDS = ['command', 'args', 'lifecycle', 'restartPolicy'] as const;

/**
 * What a template took away or changed that the hook cannot do without, however it did so (`null`, `$patch`, or
 * another value). Nothing if the pod still works as the hook made it.
 */
export function changedByTemplate(before: Pod, after: Pod, roles: PodRoles): string[] {
  return [
    ...changedMetadata(before, after),
    ...changedContainers(before, after, roles),
    ...roles.volumes.flatMap((name) => changedVolume(volumeOf(before, name), volumeOf(after, name))),
  ];
}

function changedMetadata({ metadata: before }: Pod, { metadata: after }: Pod): string[] {
  return before?.labels?.[RUNNER_POD_LABEL] === after?.labels?.[RUNNER_POD_LABEL]
    ? []
    : [`metadata.labels: ${RUNNER_POD_LABEL} ${HOOKS_LABEL}`];
}

function changedContainers(before: Pod, after: Pod, roles: PodRoles): string[] {
  return (before.spec?.containers ?? []).flatMap((old) => {
    const now = after.spec?.containers.find(({ name }) => name === old.name);
    if (!now) return [`container ${old.name}: the job needs it, so that it cannot be removed`];
    return [...changedMounts(old, now, roles), ...(old.name === roles.helper ? changedHelper(old, now) : [])];
  });
}

function changedMounts(old: Container, now: Container, roles: PodRoles): string[] {
  return (old.volumeMounts ?? [])
    .filter(({ name }) => roles.volumes.includes(name))
    .filter((mount) => !now.volumeMounts?.some((each) => isDeepStrictEqual(each, mount)))
    .map(
      ({ mountPath, name }) =>
        `container ${old.name}: ${mountPath} is where the hook has its volume ${name}; it can be neither removed nor redirected`,
    );
}

function changedHelper(old: Container, now: Container): string[] {
  return HELPER_FIELDS.filter((field) => !isDeepStrictEqual(old[field], now[field])).map(
    (field) => `container ${old.name}: ${field} of $helper is the hook's and cannot be patched`,
  );
}

const volumeOf = (pod: Pod, name: string): Volume | undefined =>
  pod.spec?.volumes?.find((volume) => volume.name === name);

/** A disk of the pod's own may become another one: with a size limit, in memory, or of a storage class. */
function changedVolume(old: Volume | undefined, now: Volume | undefined): string[] {
  if (!old || isDeepStrictEqual(old, now)) return [];
  if (old.emptyDir && (now?.emptyDir ?? now?.ephemeral)) return [];
  const allowed = old.emptyDir ? '; emptyDir and ephemeral are possible' : '';
  return [
    `volume ${old.name}: it carries the hook's files and can be neither removed nor redirected${allowed}`,
  ];
}

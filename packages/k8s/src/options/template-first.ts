import type { Container, Pod } from '../model/kubernetes.js';
import { compareQuantities } from './values.js';

/** The pod in which the template has the last word on what options ask for, and what was left out of them. */
export interface Settled {
  pod: Pod;
  warnings: string[];
}

/**
 * Takes back what options ask for where the template says something of the same matter in another place: users of the
 * pod, and requests beside limits. The API server would refuse these pods, or the options would win over the template.
 * @param before The pod without the template.
 */
export function templateFirst(before: Pod, after: Pod): Settled {
  const warnings: string[] = [];
  const containers = (after.spec?.containers ?? []).map((container) => {
    const asked = before.spec?.containers.find(({ name }) => name === container.name);
    return asked === undefined
      ? container
      : withinTemplate(asked, withoutUser(asked, container, after, warnings), warnings);
  });
  return { pod: { ...after, spec: { ...after.spec, containers } }, warnings };
}

function withoutUser(asked: Container, container: Container, { spec }: Pod, warnings: string[]): Container {
  const { runAsUser, runAsGroup, ...security } = container.securityContext ?? {};
  if (runAsUser === undefined || runAsUser !== asked.securityContext?.runAsUser) return container;
  const ofPod = spec?.securityContext ?? {};
  const nonRoot = security.runAsNonRoot ?? ofPod.runAsNonRoot ?? false;
  if (ofPod.runAsUser === undefined && !(nonRoot && runAsUser === 0)) return container;
  warnings.push(
    `Container ${container.name}: --user ${runAsUser} is not used: the pod template sets ${ofPod.runAsUser === undefined ? 'runAsNonRoot' : `user ${ofPod.runAsUser}`}.`,
  );
  const isOwnGroup = runAsGroup !== undefined && runAsGroup !== asked.securityContext.runAsGroup;
  return { ...container, securityContext: { ...security, ...(isOwnGroup && { runAsGroup }) } };
}

/** A request above its limit: whichever of both comes from the options goes. */
function withinTemplate(asked: Container, container: Container, warnings: string[]): Container {
  const limits = { ...container.resources?.limits };
  const requests = { ...container.resources?.requests };
  for (const [resource, option] of [
    ['cpu', '--cpus'],
    ['memory', '--memory'],
  ] as const) {
    const [limit, request] = [limits[resource], requests[resource]];
    if (limit === undefined || request === undefined || compareQuantities(request, limit) <= 0) continue;
    if (limit === asked.resources?.limits?.[resource]) {
      limits[resource] = request;
      warnings.push(
        `Container ${container.name}: ${option} is not used: it is less than the request of ${request} in the pod template.`,
      );
    } else if (request === asked.resources?.requests?.[resource]) {
      requests[resource] = limit;
      warnings.push(
        `Container ${container.name}: --memory-reservation is not used: it is more than the limit of ${limit} in the pod template.`,
      );
    }
  }
  return container.resources === undefined
    ? container
    : { ...container, resources: { ...container.resources, limits, requests } };
}

import type { Pod } from '../model/kubernetes.js';
import type { Effects } from './effects.js';

/** A service with what its options come to. */
export interface NamedService {
  container: string;
  effects: Effects;
}

export interface PodPart {
  annotations: Record<string, string>;
  spec: Partial<NonNullable<Pod['spec']>>;
  faults: string[];
}

/** All containers of a pod share one address. */
export const LOOPBACK = '127.0.0.1';

/** The API server takes no more. */
const MOST_NAMESERVERS = 3;

/** What options change of the pod that all containers of a job share. */
export function podPart(job: Effects | undefined, services: readonly NamedService[]): PodPart {
  const all = [...(job === undefined ? [] : [job]), ...services.map(({ effects }) => effects)];
  const { owners, faults } = namesOf(services);
  const hostAliases = [
    ...(owners.size === 0 ? [] : [{ ip: LOOPBACK, hostnames: [...owners.keys()] }]),
    ...hostsOf(all, owners),
  ];
  const dnsConfig = dnsOf(all);
  // The job container's come last, and win.
  const nodes = [...all].reverse();
  const nodeSelector = Object.fromEntries(
    nodes.flatMap((each) => Object.entries({ ...each.preset?.nodeSelector, ...each.nodeSelector })),
  );
  const securityContext = securityOf(all);
  const tolerations = nodes.flatMap((each) => each.preset?.tolerations ?? []);
  return {
    annotations: Object.fromEntries(all.flatMap(({ annotations }) => Object.entries(annotations))),
    spec: {
      ...(job?.hostname !== undefined && { hostname: job.hostname }),
      ...(hostAliases.length > 0 && { hostAliases }),
      ...(Object.keys(dnsConfig).length > 0 && { dnsConfig }),
      ...(Object.keys(nodeSelector).length > 0 && { nodeSelector }),
      ...(tolerations.length > 0 && { tolerations }),
      ...(Object.keys(securityContext).length > 0 && { securityContext }),
    },
    faults,
  };
}

/** Names of services, with the container that has each: the first one that asks for it. */
function namesOf(services: readonly NamedService[]) {
  const owners = new Map(services.map(({ container }) => [container, container]));
  const faults: string[] = [];
  for (const { container, effects } of services)
    for (const name of effects.names) {
      const owner = owners.get(name) ?? container;
      owners.set(name, owner);
      if (owner !== container)
        faults.push(`The name ${name} of service ${container} is that of service ${owner} already.`);
    }
  return { owners, faults };
}

/** Lines of `--add-host`, one entry for each address as the API server wants it; names of services are theirs. */
function hostsOf(all: readonly Effects[], owners: ReadonlyMap<string, string>) {
  const byAddress = new Map<string, string[]>();
  for (const { name, ip } of all.flatMap(({ hosts }) => hosts)) {
    if (owners.has(name)) continue;
    const known = byAddress.get(ip) ?? [];
    if (!known.includes(name)) byAddress.set(ip, [...known, name]);
  }
  return [...byAddress].map(([ip, hostnames]) => ({ ip, hostnames }));
}

function dnsOf(all: readonly Effects[]): NonNullable<NonNullable<Pod['spec']>['dnsConfig']> {
  const nameservers = unique(all.flatMap((effects) => effects.nameservers)).slice(0, MOST_NAMESERVERS);
  const searches = unique(all.flatMap((effects) => effects.searches));
  const options = all.flatMap((effects) => effects.resolver);
  return {
    ...(nameservers.length > 0 && { nameservers }),
    ...(searches.length > 0 && { searches }),
    ...(options.length > 0 && { options }),
  };
}

/** Groups and kernel parameters are those of a whole pod. */
function securityOf(all: readonly Effects[]): NonNullable<NonNullable<Pod['spec']>['securityContext']> {
  const supplementalGroups = [...new Set(all.flatMap(({ groups }) => groups))];
  // The job container's come last, and win.
  const parameters = [...all].reverse().flatMap((each) => each.kernelParameters);
  const values = new Map(parameters.map(({ name, value }) => [name, value]));
  const sysctls = [...values].map(([name, value]) => ({ name, value }));
  return {
    ...(supplementalGroups.length > 0 && { supplementalGroups }),
    ...(sysctls.length > 0 && { sysctls }),
  };
}

const unique = (values: readonly string[]): string[] => [...new Set(values)];

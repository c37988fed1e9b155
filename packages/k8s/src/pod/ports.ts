import type { ContainerPort } from '../model/kubernetes.js';
import { HookError, type PortMap } from '@podhooks/hooklib';

interface Port {
  containerPort: number;
  protocol: 'TCP' | 'UDP' | 'SCTP';
}

/**
 * Ports of a container. What docker would publish on the host (`8080:80`) is reached on the container port itself: the
 * containers of a pod share one address. A hostPort would make two jobs on one node collide.
 * @throws HookError UNSUPPORTED for a range or what is no port.
 */
export function containerPorts(mappings: readonly string[]): ContainerPort[] {
  const seen = new Set<string>();
  return mappings.map(parsePort).filter(({ containerPort, protocol }) => {
    const key = `${containerPort}/${protocol}`;
    return !seen.has(key) && seen.add(key);
  });
}

/** What the workflow sees in `job.services.<id>.ports`. */
export function portMap(mappings: readonly string[]): PortMap {
  return Object.fromEntries(
    mappings.map(parsePort).map(({ containerPort }) => [`${containerPort}`, `${containerPort}`]),
  );
}

function parsePort(mapping: string): Port {
  const match = /^(?:[^/]*:)?(\d{1,5})(?:\/(tcp|udp|sctp))?$/i.exec(mapping.trim());
  const containerPort = Number(match?.[1]);
  if (match === null || containerPort < 1 || containerPort > 65_535)
    throw new HookError('UNSUPPORTED', `The port "${mapping}" cannot be mapped.`, {
      hint: 'Write it as CONTAINER, HOST:CONTAINER or HOST:CONTAINER/udp, with one port each.',
    });
  const protocol = match[2]?.toUpperCase();
  return { containerPort, protocol: protocol === 'UDP' || protocol === 'SCTP' ? protocol : 'TCP' };
}

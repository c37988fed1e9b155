import type { Container, Pod } from '../model/kubernetes.js';
import { startState, type StartState } from './status.js';

type Probe = NonNullable<Container['readinessProbe']>;

/** Containers of which probes tell when they are ready; sidecars among the init containers, too. */
export function probedContainers({ spec }: Pod): Container[] {
  const sidecars = spec?.initContainers?.filter(({ restartPolicy }) => restartPolicy === 'Always') ?? [];
  return [...sidecars, ...(spec?.containers ?? [])].filter(
    ({ readinessProbe, startupProbe }) => readinessProbe !== undefined || startupProbe !== undefined,
  );
}

/** As startState, until probes have succeeded, too. */
export function readyState(pod: Pod): StartState {
  const state = startState(pod);
  const why = state.kind === 'running' ? whyNotReady(pod) : undefined;
  return why === undefined ? state : { kind: 'waiting', why };
}

/** Which container runs and is not ready, and by which probe; undefined if all are ready. */
function whyNotReady(pod: Pod): string | undefined {
  const statuses = [...(pod.status?.initContainerStatuses ?? []), ...(pod.status?.containerStatuses ?? [])];
  for (const { name, readinessProbe, startupProbe } of probedContainers(pod)) {
    const status = statuses.find((each) => each.name === name);
    if (status === undefined || status.ready || status.state?.terminated !== undefined) continue;
    const [kind, probe] =
      startupProbe !== undefined && status.started !== true
        ? ['startup', startupProbe]
        : ['readiness', readinessProbe];
    return `container ${name} runs and is not ready: its ${kind} probe (${probe === undefined ? 'none' : seen(probe)}) has not succeeded`;
  }
  return undefined;
}

function seen({ exec, httpGet, tcpSocket, grpc }: Probe): string {
  if (exec !== undefined) return `exec ${exec.command?.join(' ') ?? ''}`;
  if (httpGet !== undefined) return `HTTP GET ${httpGet.path ?? '/'} on port ${String(httpGet.port)}`;
  if (tcpSocket !== undefined) return `TCP port ${String(tcpSocket.port)}`;
  return `gRPC port ${String(grpc?.port ?? '')}`;
}

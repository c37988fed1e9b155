import { now, type Container } from './container.js';
import type { Condition, Pod, PodStatus } from './types.js';

/** The node that all pods run on: this machine. */
export const NODE = { name: 'local', address: '127.0.0.1' };

export interface Progress {
  init: Container[];
  main: Container[];
  startTime: string;
  /** Whether volumes are there and the pod has an address. */
  ready: boolean;
  /** Ends the pod whatever its containers say: eviction, deadline. */
  failure?: { reason: string; message: string };
}

/** The status of a pod that no node takes. */
export function unscheduledStatus(pod: Pod, message: string): PodStatus {
  const condition = { type: 'PodScheduled', holds: false, reason: 'Unschedulable', message };
  return { phase: 'Pending', conditions: conditions(pod, [condition]), qosClass: pod.status.qosClass };
}

/** The status of a pod that has a node, from the states of its containers, by the rules of the kubelet. */
export function podStatus(pod: Pod, progress: Progress): PodStatus {
  const { init, main, startTime, ready, failure } = progress;
  const phase = failure ? 'Failed' : phaseOf(progress);
  const over = phase === 'Succeeded' || phase === 'Failed';
  const incomplete = init.filter((container) => !isInitialised(container)).map(({ spec }) => spec.name);
  const unready = main.filter((container) => !container.ready).map(({ spec }) => spec.name);
  const ended = phase === 'Succeeded' ? 'PodCompleted' : 'PodFailed';
  const readiness = over
    ? { holds: false, reason: ended }
    : {
        holds: unready.length === 0,
        ...(unready.length > 0 && {
          reason: 'ContainersNotReady',
          message: `containers with unready status: [${unready.join(' ')}]`,
        }),
      };
  const initialised = {
    holds: incomplete.length === 0,
    ...(incomplete.length > 0
      ? {
          reason: 'ContainersNotInitialized',
          message: `containers with incomplete status: [${incomplete.join(' ')}]`,
        }
      : phase === 'Succeeded' && { reason: 'PodCompleted' }),
  };
  return {
    phase,
    ...failure,
    conditions: conditions(pod, [
      { type: 'PodReadyToStartContainers', holds: ready && !over },
      { type: 'Initialized', ...initialised },
      { type: 'Ready', ...readiness },
      { type: 'ContainersReady', ...readiness },
      { type: 'PodScheduled', holds: true },
    ]),
    hostIP: NODE.address,
    ...(ready && { podIP: NODE.address, podIPs: [{ ip: NODE.address }] }),
    startTime,
    ...(init.length > 0 && { initContainerStatuses: init.map((container) => container.status()) }),
    containerStatuses: main.map((container) => container.status()),
    qosClass: pod.status.qosClass,
  };
}

/** A sidecar (an init container that is always restarted) lets the next one start once it runs. */
export const isSidecar = ({ spec }: Container) => spec.restartPolicy === 'Always';

function isInitialised(container: Container): boolean {
  return container.exit?.exitCode === 0 || (isSidecar(container) && container.alive);
}

function phaseOf({ init, main }: Progress): string {
  if (init.some(({ exit }) => exit !== undefined && exit.exitCode !== 0)) return 'Failed';
  if (!init.every((container) => isInitialised(container) || isSidecar(container))) return 'Pending';
  if (main.some(({ state, lastState }) => 'waiting' in state && !lastState.terminated)) return 'Pending';
  if (main.some(({ exit }) => exit === undefined)) return 'Running';
  return main.every(({ exit }) => exit?.exitCode === 0) ? 'Succeeded' : 'Failed';
}

type Held = Pick<Condition, 'type' | 'reason' | 'message'> & { holds: boolean };

/** Conditions keep the time of their last change. */
function conditions(pod: Pod, held: Held[]): Condition[] {
  return held.map(({ type, holds, reason, message }) => {
    const status = holds ? 'True' : 'False';
    const before = pod.status.conditions?.find((condition) => condition.type === type);
    const lastTransitionTime = before?.status === status ? before.lastTransitionTime : now();
    return {
      ...{ type, status, lastProbeTime: null, lastTransitionTime },
      ...(reason !== undefined && { reason }),
      ...(message !== undefined && { message }),
    };
  });
}

import type { Pod } from '../model/kubernetes.js';
import { isStageName, JOB_CONTAINER } from '../model/names.js';
import { goneReason, type Reason, startState, type StartState } from '../pods/status.js';

/** How a docker action ended. */
export type ActionEnd =
  /**
   * By itself, as far as is known: of an eviction, say, the pod's status tells a moment later. A Dockerfile that could not be
   * carried out leaves word of it.
   */
  | { kind: 'exited'; exitCode: number; buildFailure?: string }
  /** The container was made, but its program could not be run. */
  | { kind: 'unstarted'; reason: Reason }
  | { kind: 'lost'; reason: Reason };

/** Reasons of a container whose program never ran (containerd, cri-o). */
const UNSTARTED = ['StartError', 'ContainerCannotRun'];

/** How the action of a step pod ended; undefined if it has not. */
export function actionEnd(pod: Pod): ActionEnd | undefined {
  const ended = statusOf(pod)?.state?.terminated;
  const reason = goneReason(pod, JOB_CONTAINER);
  if (reason === undefined) return lostStage(pod);
  if (ended === undefined || reason.unexplained === undefined) return { kind: 'lost', reason };
  // A kubelet that was started anew and finds the container no longer; the exit code is made up.
  if (ended.reason === 'ContainerStatusUnknown') return { kind: 'lost', reason };
  if (UNSTARTED.includes(ended.reason ?? ''))
    return { kind: 'unstarted', reason: unstarted(pod, ended.message ?? '') };
  const [, buildFailure] = /^podhooks: (.*)/.exec(ended.message ?? '') ?? [];
  return { kind: 'exited', exitCode: ended.exitCode, ...(buildFailure !== undefined && { buildFailure }) };
}

/** A stage says itself that it has failed, and ends with 0: otherwise something has killed it, and the action waits in vain. */
function lostStage(pod: Pod): ActionEnd | undefined {
  const stage = stagesOf(pod).find(({ state }) => (state?.terminated?.exitCode ?? 0) !== 0);
  const reason = stage && goneReason(pod, stage.name);
  return reason && { kind: 'lost', reason };
}

/** Whether a stage of the pod's Dockerfile has not ended yet. */
export function isBuildingStages(pod: Pod): boolean {
  const stages = pod.spec?.containers.filter(({ name }) => isStageName(name)) ?? [];
  const ended = stagesOf(pod).filter(({ state }) => state?.terminated !== undefined);
  return ended.length < stages.length;
}

/** Where a step pod stands on its way to running its action, which may have ended already. */
export function stepStartState(pod: Pod): StartState {
  const { running, terminated } = statusOf(pod)?.state ?? {};
  if (terminated !== undefined) return { kind: 'running' };
  const isBuilding = stagesOf(pod).every(({ state }) => state?.running ?? state?.terminated?.exitCode === 0);
  return running !== undefined && isBuilding ? { kind: 'running' } : startState(pod);
}

function stagesOf(pod: Pod) {
  return (pod.status?.containerStatuses ?? []).filter(({ name }) => isStageName(name));
}

function statusOf(pod: Pod) {
  return pod.status?.containerStatuses?.find(({ name }) => name === JOB_CONTAINER);
}

function unstarted(pod: Pod, message: string): Reason {
  const { image = '', command } = pod.spec?.containers.find(({ name }) => name === JOB_CONTAINER) ?? {};
  const entryPoint =
    command === undefined ? 'the ENTRYPOINT of the image' : `the entry point ${command.join(' ')}`;
  return {
    what: `The docker action ${image} cannot be started with ${entryPoint}: ${message.trim()}`,
    hint: 'Check that the program is in the image, can be executed, and is for the processor of the node.',
  };
}

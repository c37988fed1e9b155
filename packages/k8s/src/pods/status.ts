import type { ContainerStatus, Pod } from '../model/kubernetes.js';
import { HELPER_CONTAINER, JOB_CONTAINER } from '../model/names.js';
import { registryOf } from '../pod/registry.js';
import { type Failure, failureOf } from './failures.js';

/** Why a pod does not run. */
export interface Reason {
  what: string;
  hint: string;
  /** It is the workflow's to correct. */
  ofWorkflow?: true;
  /** A container ended and nobody has said why; of an eviction, say, the pod's status tells a moment later. */
  unexplained?: true;
}

/** What to do about an image that cannot be pulled depends on the pull secrets: `whyNotPulled` reads them. */
export interface NotPulled {
  what: string;
  image: string;
}

/** How far a pod has come. */
export type StartState =
  | { kind: 'running' }
  /** The hint is for a wait that takes too long. */
  | { kind: 'waiting'; why: string; hint?: string }
  /** May pass, but not for long: a registry that is down, a secret that is still being created. */
  | { kind: 'retryable'; reason: Reason | NotPulled }
  | { kind: 'failed'; reason: Reason | NotPulled };

/** Steps need these to the end; a service or sidecar that has done its work may be gone. */
const NEEDED = [JOB_CONTAINER, HELPER_CONTAINER];

/** How much of a container's log is shown when it has ended. */
const LAST_LINES = 10;

/** Where a pod stands on its way to running; a permanent failure is reported at once. */
export function startState(pod: Pod): StartState {
  const name = pod.metadata?.name ?? '';
  const { phase, reason, message, conditions = [] } = pod.status ?? {};
  if (pod.metadata?.deletionTimestamp !== undefined) return failed(deleted(name));
  const statuses = containerStatuses(pod);
  for (const status of statuses) {
    const ended = terminated(pod, status);
    const isFine = hasEndedWell(status) && (isInit(pod, status.name) || !NEEDED.includes(status.name));
    if (ended !== undefined && !isFine) return failed(ended);
  }
  if (phase === 'Failed' || phase === 'Succeeded')
    return failed({
      what: `pod ${name} ended before its job began: ${[reason, message].filter(Boolean).join(': ') || phase}`,
      hint: hintFor(reason),
    });
  for (const status of statuses) {
    const state = waitingState(pod, status);
    if (state !== undefined) return state;
  }
  const scheduled = conditions.find(({ type }) => type === 'PodScheduled');
  if (scheduled?.status === 'False')
    return waitingFor(
      `waiting for a node: ${scheduled.message ?? scheduled.reason ?? 'not scheduled'}`,
      failureOf('pod', scheduled.reason ?? '', ''),
    );
  const expected = pod.spec?.containers.length ?? 0;
  const started = (pod.status?.containerStatuses ?? []).filter(
    (status) => status.state?.running !== undefined || hasEndedWell(status),
  ).length;
  if (started === expected && expected > 0) return { kind: 'running' };
  if (pod.spec?.nodeName === undefined) return { kind: 'waiting', why: 'waiting for a node' };
  const open = statuses.find(({ state }) => state?.waiting !== undefined)?.state?.waiting;
  return waitingFor(
    `starting on node ${pod.spec.nodeName}: ${started} of ${expected} containers run`,
    failureOf('waiting', open?.reason ?? '', ''),
  );
}

const waitingFor = (why: string, row: Failure | undefined): StartState => ({
  kind: 'waiting',
  why,
  ...(row !== undefined && { hint: row.hint }),
});

/** Services and sidecars that have ended without an error, of a pod that is running. */
export function endedContainers(pod: Pod): string[] {
  return (pod.status?.containerStatuses ?? []).filter(hasEndedWell).map(({ name }) => name);
}

/** Services and sidecars that have failed since the job began, each with its exit code and the end of its log. */
export function failedServices(pod: Pod): string[] {
  return serviceStatuses(pod)
    .filter(hasFailed)
    .flatMap((status) => terminated(pod, status)?.what ?? []);
}

/** Of services and sidecars: what a step does not need to run. */
export function serviceStatuses({ status }: Pod): ContainerStatus[] {
  return (status?.containerStatuses ?? []).filter(({ name }) => !NEEDED.includes(name));
}

export function hasFailed(status: ContainerStatus): boolean {
  const { state, lastState } = status;
  return (state?.terminated ?? lastState?.terminated) !== undefined && !hasEndedWell(status);
}

/** Why a container that ran does so no longer; undefined if it does. */
export function goneReason(pod: Pod, container: string): Reason | undefined {
  const name = pod.metadata?.name ?? '';
  const status = pod.status?.containerStatuses?.find((candidate) => candidate.name === container);
  const disruption = pod.status?.conditions?.find(
    ({ type, status: is }) => type === 'DisruptionTarget' && is === 'True',
  );
  if (pod.status?.reason === 'Evicted' || disruption !== undefined)
    return {
      what: `pod ${name} was evicted: ${pod.status?.message ?? disruption?.message ?? disruption?.reason ?? 'no reason given'}`,
      hint: hintFor('Evicted'),
    };
  if (pod.status?.reason === 'DeadlineExceeded')
    return {
      what: `pod ${name} has ended: ${pod.status.message ?? 'its time is up'}`,
      hint: hintFor('DeadlineExceeded'),
    };
  const ended = status && terminated(pod, status);
  const isDeleted = pod.metadata?.deletionTimestamp !== undefined;
  if (ended !== undefined && !(isDeleted && ended.unexplained)) return ended;
  if (isDeleted) return deleted(name);
  if (pod.status?.reason === 'NodeLost' || pod.status?.phase === 'Unknown')
    return {
      what: `the node of pod ${name} does not answer any more`,
      hint: hintFor('NodeLost'),
    };
  if (pod.status?.phase === 'Failed' || pod.status?.phase === 'Succeeded')
    return {
      what: `pod ${name} has ended: ${pod.status.message ?? pod.status.reason ?? pod.status.phase}`,
      hint: hintFor(pod.status.reason),
    };
  return undefined;
}

function waitingState(pod: Pod, { name, image, state }: ContainerStatus): StartState | undefined {
  const { reason = '', message = '' } = state?.waiting ?? {};
  const row = failureOf('waiting', reason, message);
  if (row === undefined || row.handling === 'wait') return undefined;
  const where = `container ${name} of pod ${pod.metadata?.name ?? ''}`;
  if (reason === 'ErrImagePull' || reason === 'ImagePullBackOff') {
    const problem: NotPulled = {
      what: `the image ${image} of ${where} cannot be pulled from ${registryOf(image)}: ${message || reason}`,
      image,
    };
    return row.handling === 'fail' ? failed(problem) : { kind: 'retryable', reason: problem };
  }
  const problem: Reason = {
    what: `${where} cannot start: ${reason}: ${message}`,
    hint: row.hint,
    ...(row.ofWorkflow && { ofWorkflow: true }),
  };
  return row.handling === 'fail' ? failed(problem) : { kind: 'retryable', reason: problem };
}

function terminated(pod: Pod, { name, state, lastState }: ContainerStatus): Reason | undefined {
  const end = state?.terminated ?? lastState?.terminated;
  if (end === undefined) return undefined;
  const where = `container ${name} of pod ${pod.metadata?.name ?? ''}`;
  // With exit code 0, the kernel has killed a child of the program, which ended well all the same.
  if (end.reason === 'OOMKilled' && end.exitCode !== 0) {
    const limit = pod.spec?.containers.find((container) => container.name === name)?.resources?.limits?.[
      'memory'
    ];
    return limit === undefined
      ? {
          what: `${where} was OOMKilled: the node had no more memory for it`,
          hint: 'Request more memory for the container.',
        }
      : {
          what: `${where} was OOMKilled: it used more memory than its limit of ${limit}`,
          hint: 'Raise the memory limit of the container.',
        };
  }
  const said = (end.message?.trimEnd() ?? '').split('\n').slice(-LAST_LINES);
  const isLog = said.length > 1;
  const words = [end.reason, isLog ? '' : said[0]?.trim()].filter(Boolean).join(': ');
  const row = failureOf('ended', end.reason ?? '', end.message ?? '');
  const log = isLog ? `; the end of its log:\n${said.map((line) => `  ${line}`).join('\n')}` : '';
  return {
    what: `${where} ended with exit code ${end.exitCode}${words === '' ? '' : ` (${words})`}${log}`,
    hint: row?.hint ?? 'See the log of the container, and its command and image.',
    ...(row?.ofWorkflow && { ofWorkflow: true }),
    unexplained: true,
  };
}

function hasEndedWell({ state }: ContainerStatus): boolean {
  return state?.terminated?.exitCode === 0;
}

function containerStatuses(pod: Pod): ContainerStatus[] {
  return [...(pod.status?.initContainerStatuses ?? []), ...(pod.status?.containerStatuses ?? [])];
}

function isInit(pod: Pod, name: string): boolean {
  return pod.status?.initContainerStatuses?.some((status) => status.name === name) ?? false;
}

function failed(reason: Reason | NotPulled): StartState {
  return { kind: 'failed', reason };
}

function deleted(name: string): Reason {
  return {
    what: `pod ${name} was deleted while it was in use`,
    hint: 'Find out who deleted it: an administrator, a node that was drained, or a clean-up job.',
  };
}

/** What to do about a pod that ended as a whole. */
function hintFor(reason = ''): string {
  return failureOf('pod', reason, '')?.hint ?? 'See the events of the pod.';
}

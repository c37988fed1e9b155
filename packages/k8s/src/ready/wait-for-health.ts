import { HookError } from '@podhooks/hooklib';
import type { Context } from '../context.js';
import { Deadline } from '../deadline.js';
import type { Pod } from '../model/kubernetes.js';
import type { HealthCheck } from '../options/health.js';
import { lastLines } from '../pods/last-lines.js';
import { endedContainers, startState, type StartState } from '../pods/status.js';
import { type Awaited, JOB_POD, waitForPod } from './wait-for-pod.js';

/** A service that will not be healthy. */
interface Late {
  container: string;
  why: string;
}

/** The kubelet asks every second. */
const PACE = [
  { untilMs: 10_000, everyMs: 300 },
  { untilMs: 120_000, everyMs: 1_000 },
];

/**
 * Waits until services are healthy, each as long as its options say.
 * @param pod in which all containers run.
 * @throws HookError POD_FAILED with the end of the log of a service that does not become healthy.
 */
export async function waitForHealth(
  pod: Pod,
  checks: readonly HealthCheck[],
  context: Context,
  deadline?: Deadline,
): Promise<void> {
  if (checks.length === 0) return;
  const limits = checks.map((check) => ({ check, limit: new Deadline(check.withinMs) }));
  let late: Late | undefined;
  const stateOf = (seen: Pod): StartState => {
    const state = startState(seen);
    if (state.kind !== 'running') return state;
    const open = limits.filter(({ check }) => !isReady(seen, check.container));
    const ended = endedContainers(seen);
    late = open
      .map(({ check: { container, withinMs }, limit }): Late | undefined => {
        if (ended.includes(container))
          return { container, why: 'ended with exit code 0 before it was healthy' };
        const why = `is not healthy after ${withinMs / 1000} s: its --health-cmd has not succeeded once`;
        return limit.hasPassed ? { container, why } : undefined;
      })
      .find((each) => each !== undefined);
    if (late !== undefined) return { kind: 'failed', reason: { what: '', hint: '' } };
    const names = open.map(({ check }) => check.container).join(', ');
    return names === '' ? state : { kind: 'waiting', why: `waiting for services to be healthy: ${names}` };
  };
  const awaited: Awaited = { ...JOB_POD, stateOf, pace: PACE };
  try {
    await waitForPod(awaited, pod, context, context.cancelled, deadline);
  } catch (error) {
    throw late === undefined ? error : await unhealthy(pod.metadata?.name ?? '', late, context, error);
  }
}

function isReady({ status }: Pod, container: string): boolean {
  return status?.containerStatuses?.find(({ name }) => name === container)?.ready ?? false;
}

async function unhealthy(
  pod: string,
  { container, why }: Late,
  context: Context,
  cause: unknown,
): Promise<HookError> {
  const lines = await lastLines(pod, container, context);
  const log =
    lines.length === 0
      ? 'it has printed nothing'
      : `the end of its log:\n${lines.map((line) => `  ${line}`).join('\n')}`;
  return new HookError('POD_FAILED', `Service ${container} of pod ${pod} ${why}; ${log}`, {
    cause,
    hint: 'Correct --health-cmd in the options of the service, or give it more time: --health-start-period, --health-interval, --health-retries.',
  });
}

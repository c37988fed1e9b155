import type { Container } from '../model/kubernetes.js';
import { literal } from '../model/literal.js';
import type { Health } from './effects.js';

/** docker's own defaults, in milliseconds. */
const INTERVAL_MS = 30_000;
const TIMEOUT_MS = 30_000;
const RETRIES = 3;
/** The kubelet counts whole seconds. */
const SECOND_MS = 1000;
/** The hook decides when a service is unhealthy: the kubelet would kill it, and with it what it could still say. */
const NEVER = 2 ** 31 - 1;

/** A service that has to be healthy before the job begins. */
export interface HealthCheck {
  container: string;
  /** Time from the start of its container. */
  withinMs: number;
}

/** The health command as a probe; it runs every second, and no more once it has succeeded. */
export function healthProbe({ command, timeout = TIMEOUT_MS }: Health): Pick<Container, 'startupProbe'> {
  if (command === undefined) return {};
  return {
    startupProbe: {
      exec: { command: ['/bin/sh', '-c', literal(command)] },
      periodSeconds: 1,
      timeoutSeconds: Math.max(1, Math.ceil(timeout / SECOND_MS)),
      failureThreshold: NEVER,
    },
  };
}

/** How long docker would take at the most until it calls the container unhealthy; a timeout is not longer than the interval unless it says so. */
export function healthCheck(container: string, health: Health): HealthCheck[] {
  const { command, startPeriod = 0, interval = INTERVAL_MS, retries = RETRIES } = health;
  if (command === undefined) return [];
  const timeout = health.timeout ?? Math.min(TIMEOUT_MS, interval);
  // docker takes 0 for its default.
  const each = (interval || INTERVAL_MS) + (timeout || TIMEOUT_MS);
  return [{ container, withinMs: startPeriod + (retries || RETRIES) * each }];
}

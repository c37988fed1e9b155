import { MODES, type Mode } from '../e2e/support.js';
import type { PodRunner } from '../runner/pod-runner.js';
import { withJob } from './bed.js';

/** A job container as administrators harden it, or do not. */
export interface SecurityBed {
  name: string;
  mode: Mode;
  template: string | undefined;
}

interface Container {
  name: string;
  securityContext: Readonly<Record<string, unknown>> | undefined;
}

const CONTAINERS: readonly Container[] = [
  { name: 'root', securityContext: undefined },
  { name: 'uid 12345', securityContext: { runAsUser: 12345 } },
  { name: 'root, read-only root', securityContext: { runAsUser: 0, readOnlyRootFilesystem: true } },
  { name: 'uid 12345, read-only root', securityContext: { runAsUser: 12345, readOnlyRootFilesystem: true } },
];

/** Every container in both modes; for a small form the two that differ most. */
export function beds(small: boolean): SecurityBed[] {
  const all = MODES.flatMap((mode) =>
    CONTAINERS.map(({ name, securityContext }) => ({
      name: `${mode}, ${name}`,
      mode,
      template:
        securityContext &&
        `spec: { containers: [{ name: $job, securityContext: ${JSON.stringify(securityContext)} }] }`,
    })),
  );
  return small ? all.filter((_, index) => index === 0 || index === all.length - 1) : all;
}

/** A prepared job, all of which is cleaned up afterwards. */
export function withHostileJob<T>(
  { mode, template }: SecurityBed,
  use: (runner: PodRunner) => Promise<T>,
): Promise<T> {
  return withJob(mode, template === undefined ? {} : { template }, use);
}

import type { ContainerActionStep } from './runner.js';

/** A docker action of `alpine:3.20` that is this script. */
export function shellAction(script: string, parts: Partial<ContainerActionStep> = {}): ContainerActionStep {
  return {
    path: 'octo/action/v1',
    image: 'docker://alpine:3.20',
    entrypoint: '/bin/sh',
    args: ['-c', script],
    ...parts,
  };
}

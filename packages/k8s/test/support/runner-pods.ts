import type { Container, Pod, Volume } from '../../src/model/kubernetes.js';
import { pod } from './pod.js';

/** Where ARC's runner image has its work folder. */
export const WORK = '/home/runner/_work';

/** A runner pod whose work folder lies on this volume; on the container's own disk without one. */
export function runnerPod(volume?: Omit<Volume, 'name'>, mount: object = {}): Pod {
  const runner: Container = {
    name: 'runner',
    image: 'ghcr.io/actions/actions-runner:2',
    ...(volume && { volumeMounts: [{ name: 'work', mountPath: WORK, ...mount }] }),
  };
  const built = pod('runner-1').onNode().container(runner);
  return (volume === undefined ? built : built.volume({ name: 'work', ...volume })).build();
}

/** The volume of ARC's kubernetes mode. */
export function ephemeral(...accessModes: string[]): Omit<Volume, 'name'> {
  return {
    ephemeral: {
      volumeClaimTemplate: { spec: { accessModes, resources: { requests: { storage: '1Gi' } } } },
    },
  };
}

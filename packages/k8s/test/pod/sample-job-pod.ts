import type { Pod } from '../../src/model/kubernetes.js';
import type { PodRoles } from '../../src/template/template-apply.js';

/** The roles of the containers of jobPod(). */
export const ROLES: PodRoles = {
  jobContainer: 'job',
  helper: 'podhooks',
  services: [
    { name: 'redis', image: 'docker.io/library/redis:7@sha256:0123' },
    { name: 'redis-1', image: 'redis:6' },
    { name: 'postgres', image: 'postgres' },
  ],
  volumes: ['work', 'podhooks'],
};

/** The pod of a job with two redis and a postgres. */
export function jobPod(): Pod {
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      name: 'runner-workflow',
      labels: { 'runner-pod': 'runner' },
      annotations: { 'example.com/from': 'hook' },
    },
    spec: {
      restartPolicy: 'Never',
      serviceAccountName: 'inherited',
      automountServiceAccountToken: false,
      imagePullSecrets: [{ name: 'inherited' }],
      containers: [
        {
          name: 'podhooks',
          image: 'runner',
          command: ['sh'],
          volumeMounts: [{ name: 'podhooks', mountPath: '/podhooks' }],
        },
        {
          name: 'job',
          image: 'node:22',
          command: ['sh', '-c', 'wait'],
          env: [{ name: 'CI', value: 'true' }],
          volumeMounts: [
            { name: 'work', mountPath: '/__w' },
            { name: 'tools', mountPath: '/__t' },
          ],
        },
        { name: 'redis', image: 'redis:7' },
        { name: 'redis-1', image: 'redis:6' },
        { name: 'postgres', image: 'postgres' },
      ],
      volumes: [
        { name: 'podhooks', emptyDir: {} },
        { name: 'work', persistentVolumeClaim: { claimName: 'runner-work' } },
        { name: 'tools', emptyDir: {} },
      ],
    },
  };
}

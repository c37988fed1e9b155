import type { Pod } from '../runner/kubernetes-types.js';

/** Some set it by hand, as the chart does not. */
export function withName(pod: Pod): Pod {
  const env = [{ name: 'ACTIONS_RUNNER_POD_NAME', valueFrom: { fieldRef: { fieldPath: 'metadata.name' } } }];
  return withRunner(pod, (runner) => ({ ...runner, env: [...(runner.env ?? []), ...env] }));
}

export const WITNESS = '/witness';

/** The ConfigMap without subPath beside the hook: shows when the kubelet has the replaced one. */
export function withWitness(pod: Pod): Pod {
  return withRunner(pod, (runner) => ({
    ...runner,
    volumeMounts: [...(runner.volumeMounts ?? []), { name: 'podhooks', mountPath: WITNESS }],
  }));
}

type Spec = NonNullable<Pod['spec']>;
type Container = Spec['containers'][number];

function withRunner(pod: Pod, change: (runner: Container) => Container): Pod {
  const containers = pod.spec?.containers.map((each) => (each.name === 'runner' ? change(each) : each));
  return withSpec(pod, { containers: containers ?? [] });
}

export function withSpec(pod: Pod, fields: Partial<Spec>): Pod {
  if (pod.spec === undefined) throw new Error('a pod without a spec');
  return { ...pod, spec: { ...pod.spec, ...fields } };
}

/** On a class whose volumes belong to root, as cloud disks do. */
export function onDisk(pod: Pod): Pod {
  const spec = {
    accessModes: ['ReadWriteOnce'],
    storageClassName: 'disk',
    resources: { requests: { storage: '1Gi' } },
  };
  const work = { name: 'work', ephemeral: { volumeClaimTemplate: { spec } } };
  const others = pod.spec?.volumes?.filter(({ name }) => name !== 'work') ?? [];
  return withSpec(pod, { volumes: [work, ...others] });
}

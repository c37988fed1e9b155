import type { EnvVar, KubernetesObject, Pod, PolicyRule } from './kubernetes-types.js';

/** The container modes of ARC's chart: `kubernetes` with a work volume, `kubernetes-novolume` without. */
export type Mode = 'volume' | 'novolume';

const IMAGE = 'actions/actions-runner:latest';
const SCALE_SET = { volume: 'arc-k8s', novolume: 'arc-novolume' };
const TEMPLATE_HASH = { volume: '5d5b7c8f6d', novolume: '6c9d4f7b58' };
export const RUNNER_ROOT = '/home/runner';
const HOOKS = { volume: `${RUNNER_ROOT}/k8s/index.js`, novolume: `${RUNNER_ROOT}/k8s-novolume/index.js` };

export interface RunnerPodOptions {
  namespace: string;
  name: string;
  mode: Mode;
  /** Added to the runner's container; a name that ARC sets, too, is replaced. */
  env?: Readonly<Record<string, string>>;
  /** Class of the work volume; default `standard`. */
  storageClass?: string;
}

/** A pod name as ARC makes it: the ephemeral runner set's, `-runner-` and five characters. */
export function runnerPodName(mode: Mode, suffix: string): string {
  return `${SCALE_SET[mode]}-${suffix.slice(0, 5)}-runner-${suffix.slice(5, 10)}`;
}

/** Account, role and binding of ARC's chart (kube_mode_role.yaml), no verb more. */
export function runnerAccess(mode: Mode, namespace: string): KubernetesObject[] {
  const name = accountName(mode);
  const metadata = { name, namespace };
  const apiGroup = 'rbac.authorization.k8s.io';
  const apiVersion = `${apiGroup}/v1`;
  const role = { apiVersion, kind: 'Role', metadata, rules: rules(mode) };
  const binding = {
    apiVersion,
    kind: 'RoleBinding',
    metadata,
    roleRef: { apiGroup, kind: 'Role', name },
    subjects: [{ kind: 'ServiceAccount', name, namespace }],
  };
  return [{ apiVersion: 'v1', kind: 'ServiceAccount', metadata }, role, binding];
}

function rules(mode: Mode): PolicyRule[] {
  const rule = (apiGroup: string, resource: string, ...verbs: string[]): PolicyRule => ({
    apiGroups: [apiGroup],
    resources: [resource],
    verbs,
  });
  return [
    rule('', 'pods', 'get', 'list', 'create', 'delete'),
    rule('', 'pods/exec', 'get', 'create'),
    rule('', 'pods/log', 'get', 'list', 'watch'),
    ...(mode === 'volume' ? [rule('batch', 'jobs', 'get', 'list', 'create', 'delete')] : []),
    rule('', 'secrets', 'get', 'list', 'create', 'delete'),
  ];
}

/** The runner pod as ARC's chart and controller make it. */
export function runnerPod(options: RunnerPodOptions): Pod {
  const { namespace, name, mode } = options;
  const scaleSet = SCALE_SET[mode];
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      name,
      namespace,
      labels: {
        'app.kubernetes.io/part-of': 'gha-runner-scale-set',
        'app.kubernetes.io/component': 'runner',
        'actions.github.com/scale-set-name': scaleSet,
        'actions.github.com/scale-set-namespace': namespace,
        'actions.github.com/organization': 'octo-org',
        'actions-ephemeral-runner': 'True',
        'pod-template-hash': TEMPLATE_HASH[mode],
      },
      annotations: {
        'actions.github.com/runner-group-name': 'Default',
        'actions.github.com/runner-scale-set-name': scaleSet,
      },
    },
    spec: {
      serviceAccountName: accountName(mode),
      restartPolicy: 'Never',
      containers: [
        {
          name: 'runner',
          image: IMAGE,
          imagePullPolicy: 'IfNotPresent',
          command: [`${RUNNER_ROOT}/run.sh`],
          env: environment(mode, options.env ?? {}),
          ...(mode === 'volume'
            ? { volumeMounts: [{ name: 'work', mountPath: `${RUNNER_ROOT}/_work` }] }
            : {}),
        },
      ],
      ...(mode === 'volume' ? { volumes: [workVolume(options.storageClass ?? 'standard')] } : {}),
    },
  };
}

function environment(mode: Mode, more: Readonly<Record<string, string>>): EnvVar[] {
  const own: EnvVar[] = [
    { name: 'ACTIONS_RUNNER_CONTAINER_HOOKS', value: HOOKS[mode] },
    { name: 'ACTIONS_RUNNER_POD_NAME', valueFrom: { fieldRef: { fieldPath: 'metadata.name' } } },
    { name: 'ACTIONS_RUNNER_REQUIRE_JOB_CONTAINER', value: 'true' },
    ...(mode === 'novolume' ? [{ name: 'ACTIONS_RUNNER_IMAGE', value: IMAGE }] : []),
  ];
  return [
    ...own.filter(({ name }) => !(name in more)),
    ...Object.entries(more).map(([name, value]) => ({ name, value })),
  ];
}

/** Kubernetes makes the claim `<pod>-work` of it, which goes with the pod. */
function workVolume(storageClassName: string) {
  const spec = {
    accessModes: ['ReadWriteOnce'],
    storageClassName,
    resources: { requests: { storage: '1Gi' } },
  };
  return { name: 'work', ephemeral: { volumeClaimTemplate: { spec } } };
}

function accountName(mode: Mode): string {
  return `${SCALE_SET[mode]}-gha-rs-kube-mode`;
}

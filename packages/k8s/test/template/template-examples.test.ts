import { readdirSync, readFileSync } from 'node:fs';
import type { Container, Pod } from '../../src/model/kubernetes.js';
import { expect } from 'chai';
import { applyTemplate, type PodKind } from '../../src/template/template-apply.js';
import { loadTemplate, type PodTemplate } from '../../src/template/template.js';
import { jobPod, ROLES } from '../pod/sample-job-pod.js';

const FOLDER = new URL('../../../../examples/templates/', import.meta.url);
const VALUES = { GITHUB_REPOSITORY: 'octo/app', GITHUB_WORKFLOW: 'Build & test', GITHUB_RUN_ID: '17' };

const load = (file: string): PodTemplate =>
  loadTemplate([{ file, text: readFileSync(new URL(file, FOLDER), 'utf8') }]);

const apply = (file: string, kind: PodKind): Pod =>
  applyTemplate(jobPod(), load(file), kind, ROLES, VALUES).pod;

const container = (pod: Pod, name: string): Container | undefined =>
  [...(pod.spec?.containers ?? []), ...(pod.spec?.initContainers ?? [])].find((each) => each.name === name);

const names = (pod: Pod): string[] => pod.spec?.containers.slice(5).map(({ name }) => name) ?? [];

type Look = (pod: Pod) => unknown;
const variable =
  (name: string, of = 'job'): Look =>
  (pod) =>
    container(pod, of)?.env?.find((each) => each.name === name)?.value;
const mountAt =
  (path: string, of = 'job'): Look =>
  (pod) =>
    container(pod, of)?.volumeMounts?.find(({ mountPath }) => mountPath === path);
const volume =
  (name: string): Look =>
  (pod) =>
    pod.spec?.volumes?.find((each) => each.name === name);

/** For each example, what it is there for. */
const EXAMPLES: Readonly<Record<string, readonly [look: Look, expected: unknown, kind?: PodKind][]>> = {
  'resources.yaml': [
    [
      (pod) => container(pod, 'job')?.resources?.requests,
      { cpu: '2', memory: '4Gi', 'ephemeral-storage': '10Gi' },
    ],
    [(pod) => container(pod, 'job')?.resources?.limits, { memory: '8Gi' }, 'step'],
  ],
  'service-resources.yaml': [
    [(pod) => container(pod, 'redis')?.resources?.limits, { memory: '256Mi' }],
    [variable('POSTGRES_INITDB_ARGS', 'redis-1'), '--no-sync'],
  ],
  'tolerations.yaml': [
    [(pod) => pod.spec?.nodeSelector, { 'karpenter.sh/capacity-type': 'spot' }, 'step'],
    [(pod) => pod.spec?.tolerations?.map(({ value }) => value), ['true']],
  ],
  'node-affinity.yaml': [
    [
      (pod) => Object.keys(pod.spec?.affinity?.nodeAffinity ?? {}),
      ['requiredDuringSchedulingIgnoredDuringExecution', 'preferredDuringSchedulingIgnoredDuringExecution'],
    ],
  ],
  'topology-spread.yaml': [
    [(pod) => pod.spec?.topologySpreadConstraints?.map(({ maxSkew }) => maxSkew), [2]],
  ],
  'docker-in-docker.yaml': [
    [names, ['dind']],
    [names, [], 'step'],
    [mountAt('/run/docker'), { name: 'docker-socket', mountPath: '/run/docker' }],
    [mountAt('/run/docker', 'dind'), { name: 'docker-socket', mountPath: '/run/docker' }],
    [mountAt('/__w'), { name: 'work', mountPath: '/__w' }],
  ],
  'docker-native-sidecar.yaml': [
    [(pod) => container(pod, 'dind')?.restartPolicy, 'Always'],
    [(pod) => pod.spec?.initContainers, [], 'step'],
  ],
  'init-chown.yaml': [
    [(pod) => pod.spec?.initContainers?.map(({ name }) => name), ['own-cache']],
    [mountAt('/cache'), { name: 'cache', mountPath: '/cache' }, 'step'],
  ],
  'cache-volume.yaml': [[mountAt('/__t'), { name: 'tool-cache', mountPath: '/__t', subPath: 'octo/app' }]],
  'node-local-cache.yaml': [
    [
      volume('node-cache'),
      { name: 'node-cache', hostPath: { path: '/var/cache/ci', type: 'DirectoryOrCreate' } },
    ],
  ],
  'csi-secrets.yaml': [
    [mountAt('/run/secrets/vault'), { name: 'vault', mountPath: '/run/secrets/vault', readOnly: true }],
  ],
  'secret-environment.yaml': [
    [(pod) => container(pod, 'job')?.envFrom?.length, 2],
    [(pod) => container(pod, 'job')?.env?.map(({ name }) => name), ['CI', 'SONAR_TOKEN', 'NODE_NAME']],
  ],
  'secret-files.yaml': [
    [(pod) => pod.spec?.volumes?.find(({ name }) => name === 'keys')?.projected?.defaultMode, 0o440],
  ],
  'security-context.yaml': [
    [
      (pod) => container(pod, 'job')?.securityContext,
      { allowPrivilegeEscalation: false, capabilities: { drop: ['ALL'] } },
    ],
    [
      (pod) => container(pod, 'redis-1')?.securityContext,
      { allowPrivilegeEscalation: false, capabilities: { drop: ['ALL'] }, readOnlyRootFilesystem: true },
    ],
  ],
  'irsa-account.yaml': [
    [(pod) => pod.spec?.serviceAccountName, 'ci-deployer', 'step'],
    [(pod) => pod.spec?.automountServiceAccountToken, false],
    [(pod) => pod.metadata?.labels, { 'runner-pod': 'runner', 'azure.workload.identity/use': 'true' }],
  ],
  'pull-secrets.yaml': [
    [
      (pod) => pod.spec?.imagePullSecrets?.map(({ name }) => name),
      ['inherited', 'registry-mirror', 'registry-internal'],
    ],
  ],
  'gpu.yaml': [
    [(pod) => container(pod, 'job')?.resources?.limits, { 'nvidia.com/gpu': 1 }],
    [volume('shared-memory'), { name: 'shared-memory', emptyDir: { medium: 'Memory', sizeLimit: '8Gi' } }],
  ],
  'proxy.yaml': [[variable('HTTPS_PROXY'), 'http://proxy.example.com:3128', 'step']],
  'dns.yaml': [[(pod) => pod.spec?.dnsConfig?.options, [{ name: 'ndots', value: '1' }]]],
  'cost-labels.yaml': [
    [(pod) => pod.metadata?.labels?.['example.com/repository'], 'octo-app'],
    [(pod) => pod.metadata?.labels?.['example.com/workflow'], 'Build-test'],
    [(pod) => pod.metadata?.annotations?.['example.com/run'], 'octo/app/actions/runs/17'],
  ],
  'step-pods.yaml': [
    [names, ['log-forwarder'], 'step'],
    [(pod) => container(pod, 'job')?.resources?.limits, { memory: '8Gi' }, 'job'],
    [(pod) => container(pod, 'job')?.resources?.limits, { memory: '1Gi' }, 'step'],
  ],
  'upstream-extension.yaml': [
    [(pod) => pod.metadata?.name, 'runner-workflow'],
    [(pod) => container(pod, 'job')?.image, 'node:22'],
    [variable('ENV1'), 'value1'],
    [variable('ENV2', 'redis'), 'value2'],
    [names, ['sidecar']],
    [(pod) => container(pod, 'job')?.command, ['sh', '-c', 'wait'], 'step'],
    [(pod) => pod.spec?.automountServiceAccountToken, undefined],
  ],
  'removals.yaml': [
    [(pod) => pod.spec?.imagePullSecrets, []],
    [(pod) => pod.spec?.securityContext, { runAsUser: 1000 }],
    [volume('podhooks'), { name: 'podhooks', emptyDir: { medium: 'Memory' } }],
  ],
};

describe('examples/templates', () => {
  it('are all looked at here', () => {
    expect(readdirSync(FOLDER).sort()).to.deep.equal(Object.keys(EXAMPLES).sort());
  });

  for (const [file, looks] of Object.entries(EXAMPLES)) {
    it(`${file} does what it says`, () => {
      for (const [look, expected, kind = 'job'] of looks)
        expect(look(apply(file, kind))).to.deep.equal(expected);
    });
    if (file === 'upstream-extension.yaml') continue;
    it(`${file} gives no warning`, () => {
      expect(load(file).warnings).to.deep.equal([]);
    });
  }

  it('upstream-extension.yaml gives a warning for each thing that is ignored', () => {
    expect(load('upstream-extension.yaml').warnings).to.deep.equal([
      'upstream-extension.yaml:5: metadata.name: ignored: the hook sets it itself; labels and annotations can be set here',
      'upstream-extension.yaml:17: spec.containers[0].image: ignored: the image of $job comes from the workflow',
      'upstream-extension.yaml:25: spec.containers[1].image: ignored: the image of $redis comes from the workflow',
    ]);
  });
});

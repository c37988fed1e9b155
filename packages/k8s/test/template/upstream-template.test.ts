import { readFileSync } from 'node:fs';
import { expect } from 'chai';
import { tableRows } from '../../../../test/docs/markdown.js';
import type { Container, Pod } from '../../src/model/kubernetes.js';
import { applyTemplate, type PodKind } from '../../src/template/template-apply.js';
import { loadTemplate } from '../../src/template/template.js';
import { jobPod, ROLES } from '../pod/sample-job-pod.js';

const affinity = {
  nodeAffinity: {
    requiredDuringSchedulingIgnoredDuringExecution: {
      nodeSelectorTerms: [{ matchFields: [{ key: 'metadata.name', operator: 'In', values: ['node-1'] }] }],
    },
  },
};

/** A pod that has all that the templates below change. */
function hookPod(): Pod {
  const pod = jobPod();
  return { ...pod, spec: { ...pod.spec!, securityContext: { fsGroup: 1001 }, affinity } };
}

function apply(texts: readonly string[], kind: PodKind = 'job'): Pod {
  const files = texts.map((text, index) => ({ file: `${index}.yaml`, text }));
  return applyTemplate(hookPod(), loadTemplate(files), kind, ROLES).pod;
}

type Look = (pod: Pod) => unknown;
const named = (pod: Pod, name: string): Container | undefined =>
  pod.spec?.containers.find((container) => container.name === name);
const job =
  (look: (container: Container) => unknown): Look =>
  (pod) => {
    const container = named(pod, 'job');
    return container && look(container);
  };

describe('a template as for actions/runner-container-hooks', () => {
  const SAME: [title: string, yaml: string, look: Look, expected: unknown][] = [
    [
      'adds labels, and keeps the hook’s',
      'metadata: { labels: { a: b } }',
      ({ metadata }) => metadata?.labels,
      { 'runner-pod': 'runner', a: 'b' },
    ],
    [
      'adds annotations, and wins over those that are there',
      'metadata: { annotations: { a: b, example.com/from: template } }',
      ({ metadata }) => metadata?.annotations,
      { 'example.com/from': 'template', a: 'b' },
    ],
    ['sets a field of the pod', 'spec: { hostNetwork: true }', ({ spec }) => spec?.hostNetwork, true],
    [
      'replaces the account, with its token',
      'spec: { serviceAccountName: own }',
      ({ spec }) => [spec?.serviceAccountName, spec?.automountServiceAccountToken],
      ['own', undefined],
    ],
    [
      'replaces a list without keys',
      'spec: { tolerations: [{ operator: Exists }] }',
      ({ spec }) => spec?.tolerations,
      [{ operator: 'Exists' }],
    ],
    [
      'adds volumes',
      'spec: { volumes: [{ name: cache, emptyDir: {} }] }',
      ({ spec }) => spec?.volumes?.map(({ name }) => name),
      ['podhooks', 'work', 'tools', 'cache'],
    ],
    [
      'adds containers by their names',
      'spec: { containers: [{ name: side, image: busybox }] }',
      ({ spec }) => spec?.containers.map(({ name }) => name),
      ['podhooks', 'job', 'redis', 'redis-1', 'postgres', 'side'],
    ],
    [
      'adds init containers',
      'spec: { initContainers: [{ name: prepare, image: busybox }] }',
      ({ spec }) => spec?.initContainers?.map(({ name }) => name),
      ['prepare'],
    ],
    [
      'patches the job container, which keeps name and image',
      'spec: { containers: [{ name: $job, image: other, tty: true }] }',
      job(({ name, image, tty }) => [name, image, tty]),
      ['job', 'node:22', true],
    ],
    [
      'adds variables to the job container',
      'spec: { containers: [{ name: $job, env: [{ name: A, value: a }] }] }',
      job(({ env }) => env?.map(({ name }) => name)),
      ['CI', 'A'],
    ],
    [
      'adds mounts to the job container',
      'spec: { containers: [{ name: $job, volumeMounts: [{ name: tools, mountPath: /c }] }] }',
      job(({ volumeMounts }) => volumeMounts?.map(({ mountPath }) => mountPath)),
      ['/__w', '/__t', '/c'],
    ],
    [
      'adds ports to the job container',
      'spec: { containers: [{ name: $job, ports: [{ containerPort: 80 }] }] }',
      job(({ ports }) => ports),
      [{ containerPort: 80 }],
    ],
    [
      'replaces command and arguments of the job container',
      'spec: { containers: [{ name: $job, command: [sleep], args: [inf] }] }',
      job(({ command, args }) => [command, args]),
      [['sleep'], ['inf']],
    ],
    [
      'sets resources of the job container',
      'spec: { containers: [{ name: $job, resources: { limits: { cpu: 2 } } }] }',
      job(({ resources }) => resources),
      { limits: { cpu: 2 } },
    ],
    [
      'patches a service by the name of its image, without its image',
      'spec: { containers: [{ name: $postgres, image: other, tty: true }] }',
      (pod) => [named(pod, 'postgres')?.image, named(pod, 'postgres')?.tty],
      ['postgres', true],
    ],
    [
      'says nothing of the name, the namespace, and how the pod restarts',
      'metadata: { name: n, namespace: n }\nspec: { restartPolicy: Always }',
      ({ metadata, spec }) => [metadata?.name, metadata?.namespace, spec?.restartPolicy],
      ['runner-workflow', undefined, 'Never'],
    ],
  ];
  for (const [title, yaml, look, expected] of SAME)
    it(title, () => {
      expect(look(apply([yaml]))).to.deep.equal(expected);
    });
});

describe('docs/migration.md: a template that gives another pod than it did', () => {
  const page = new URL('../../../../docs/migration.md', import.meta.url);
  const rows = tableRows(readFileSync(page, 'utf8')).filter(([template]) => template?.startsWith('`spec: '));
  const yamlIn = (cell = '') => /^`(.*)`$/.exec(cell)?.[1];

  /** In the order of the page: what to look at, what it is here, and what it was (where it worked). */
  const RESULTS: [look: Look, here: unknown, there?: unknown, kind?: PodKind][] = [
    [({ spec }) => spec?.imagePullSecrets, [{ name: 'inherited' }, { name: 'own' }], [{ name: 'own' }]],
    [({ spec }) => spec?.securityContext, { fsGroup: 1001, runAsUser: 1000 }, { runAsUser: 1000 }],
    [({ spec }) => spec?.affinity, { ...affinity, podAffinity: {} }, { podAffinity: {} }],
    [job(({ env }) => env), [{ name: 'CI', value: 'no' }]],
    [
      job(({ volumeMounts }) => volumeMounts?.filter(({ mountPath }) => mountPath === '/__t')),
      [{ name: 'cache', mountPath: '/__t' }],
    ],
    [(pod) => named(pod, 'side')?.image, undefined, 'busybox', 'step'],
    [job(({ command }) => command), ['sh', '-c', 'wait'], ['sleep', 'inf'], 'step'],
  ];

  it('has a row for each difference', () => {
    expect(rows).to.have.length(RESULTS.length);
    for (const row of rows) expect(row.every((cell) => cell !== '')).to.equal(true);
  });

  for (const [index, [look, here, there, kind]] of RESULTS.entries()) {
    const row = rows[index] ?? [];
    const template = yamlIn(row[0]) ?? '';
    const remedy = yamlIn(row.at(-1));

    it(`gives what the page says with ${template}`, () => {
      expect(look(apply([template], kind))).to.deep.equal(here);
    });

    it(`${there === undefined ? 'has no' : 'has one'} line for the earlier result of ${template}`, () => {
      expect(remedy !== undefined).to.equal(there !== undefined);
      // A line that repeats the field takes the template's place; another one stands beside it.
      if (remedy !== undefined) expect(look(apply([template, remedy], kind))).to.deep.equal(there);
    });
  }
});

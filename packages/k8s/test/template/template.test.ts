import { HookError } from '@podhooks/hooklib';
import { expect } from 'chai';
import fc from 'fast-check';
import { loadTemplate, type PodTemplate } from '../../src/template/template.js';
import type { YamlFile } from '../../src/yaml/documents.js';

const load = (text: string): PodTemplate => loadTemplate([{ file: 't.yaml', text }]);

/** The lines of the error for these files; none when they are a template. */
function faultsOf(...files: YamlFile[]): string[] {
  try {
    loadTemplate(files);
    return [];
  } catch (error) {
    if (!(error instanceof HookError) || error.code !== 'TEMPLATE_INVALID') throw error;
    return error.message
      .split('\n')
      .slice(1)
      .map((line) => line.trim());
  }
}

const faults = (text: string): string[] => faultsOf({ file: 't.yaml', text });

/** A template with these lines in the container `$job`, from line 4 on. */
const job = (...lines: string[]): string =>
  ['spec:', '  containers:', '  - name: $job', ...lines.map((line) => `    ${line}`)].join('\n');

describe('loadTemplate', () => {
  it('gives the documents of all files in the order of their names', () => {
    const { patches, warnings } = loadTemplate([
      { file: '20-b.yaml', text: 'metadata: {labels: {c: x}}' },
      { file: '10-a.yaml', text: 'metadata: {labels: {a: x}}\n---\nmetadata: {labels: {b: x}}' },
    ]);
    expect(patches).to.deep.equal(
      ['a', 'b', 'c'].map((label) => ({ metadata: { labels: { [label]: 'x' } } })),
    );
    expect(warnings).to.deep.equal([]);
  });

  it('takes an empty file beside another', () => {
    const files = [
      { file: 'a.yaml', text: '# nothing yet' },
      { file: 'b.yaml', text: 'spec: {}' },
    ];
    expect(loadTemplate(files).patches).to.deep.equal([{ spec: {} }]);
  });

  for (const text of ['', '\n', '# nothing yet', '---\n---\n', 'null'])
    it(`finds nothing in ${JSON.stringify(text)}`, () => {
      expect(faults(text)).to.deep.equal(['t.yaml: the file is empty: it holds no pod template']);
    });

  it('knows where each patch comes from', () => {
    const { documents } = load('# first\nspec: {}\n---\nmetadata:\n  labels: {a: b}');
    expect(documents.map((document) => [document.file, document.line([])])).to.deep.equal([
      ['t.yaml', 2],
      ['t.yaml', 4],
    ]);
  });

  it('keeps null and directives for the merge', () => {
    expect(load('spec: {tolerations: null, securityContext: {$patch: replace}}').patches).to.deep.equal([
      { spec: { tolerations: null, securityContext: { $patch: 'replace' } } },
    ]);
  });

  const HEADINGS = [
    'apiVersion: v1\nkind: PodTemplate\nspec: {}',
    'kind: Pod\nspec: {}',
    'spec: {}',
    'metadata:\nspec: {}',
  ];
  for (const heading of HEADINGS) {
    it(`takes ${JSON.stringify(heading)}`, () => {
      expect(load(heading).patches).to.deep.equal([{ spec: {} }]);
    });
  }

  const FAULTS: [title: string, yaml: string, ...faults: string[]][] = [
    [
      'an unknown field with the likely spelling',
      job('imagePullPolcy: Always'),
      't.yaml:4: spec.containers[0].imagePullPolcy: unknown field; did you mean imagePullPolicy?',
    ],
    [
      'a field in wrong case',
      'spec:\n  nodeselector: {a: b}',
      't.yaml:2: spec.nodeselector: unknown field; did you mean nodeSelector?',
    ],
    [
      'a field that belongs further up',
      job('tolerations: []'),
      't.yaml:4: spec.containers[0].tolerations: unknown field; it belongs to spec',
    ],
    ['a field like no other', 'spec: {frobnicate: 1}', 't.yaml:1: spec.frobnicate: unknown field'],
    [
      'a field that belongs further down',
      'containers: []',
      't.yaml:1: containers: unknown field; it belongs under spec',
    ],
    [
      'limits outside of resources',
      job('limits: {cpu: 1}'),
      't.yaml:4: spec.containers[0].limits: unknown field; it belongs under resources',
    ],
    [
      'a number for a text',
      job('env: [{name: A, value: 1}]'),
      't.yaml:4: spec.containers[0].env[0].value: expected a text, found a number; put it in quotes',
    ],
    [
      'true for a text',
      'metadata: {annotations: {a.b/c: true}}',
      't.yaml:1: metadata.annotations["a.b/c"]: expected a text, found true; put it in quotes',
    ],
    [
      'a text for an integer',
      job('securityContext: {runAsUser: "0"}'),
      't.yaml:4: spec.containers[0].securityContext.runAsUser: expected an integer, found a text',
    ],
    [
      'yes for true',
      job('tty: yes'),
      't.yaml:4: spec.containers[0].tty: expected true or false, found a text',
    ],
    [
      'a map for a list',
      'spec: {containers: {name: a}}',
      't.yaml:1: spec.containers: expected a list, found a map',
    ],
    ['a list for a map', 'spec: []', 't.yaml:1: spec: expected a map, found a list'],
    [
      'a wrong quantity',
      job('resources: {limits: {memory: 4 GB}}'),
      't.yaml:4: spec.containers[0].resources.limits.memory: expected a quantity such as 500m, 2 or 4Gi, found a text',
    ],
    [
      'a value that is none of the enumeration',
      job('imagePullPolicy: always'),
      't.yaml:4: spec.containers[0].imagePullPolicy: expected one of Always, IfNotPresent, Never; did you mean Always?',
    ],
    [
      'an empty element',
      job('args:', '- a', '-'),
      't.yaml:4: spec.containers[0].args[1]: the element is empty',
    ],
    [
      'a container without a name',
      'spec:\n  containers:\n  - tty: true',
      't.yaml:3: spec.containers[0]: has no name',
    ],
    [
      '$job twice',
      'spec:\n  containers:\n  - name: $job\n  - name: $job',
      't.yaml:4: spec.containers[1]: "$job" stands here a second time, after containers[0]',
    ],
    [
      'a mount path twice',
      job('volumeMounts:', '- {name: a, mountPath: /a}', '- {name: b, mountPath: /a}'),
      't.yaml:6: spec.containers[0].volumeMounts[1]: "/a" stands here a second time, after volumeMounts[0]',
    ],
    [
      'two sources in one volume',
      'spec:\n  volumes:\n  - name: a\n    emptyDir: {}\n    hostPath: {path: /a}',
      't.yaml:3: spec.volumes[0]: has more than one source: emptyDir, hostPath',
    ],
    [
      'two sources in one variable',
      job('env: [{name: A, value: a, valueFrom: {fieldRef: {fieldPath: a}}}]'),
      't.yaml:4: spec.containers[0].env[0]: has more than one source: value, valueFrom',
    ],
    [
      'an unknown $name that is nearly one of ours',
      'spec:\n  containers:\n  - name: $jbo',
      't.yaml:3: spec.containers[0].name: $jbo selects no container; did you mean $job? There are $job, $step, $helper, $<image> as in $redis, and $service-<number>',
    ],
    [
      'a $name that no container can have',
      'spec: {containers: [{name: $My_Db}]}',
      't.yaml:1: spec.containers[0].name: $My_Db selects no container; There are $job, $step, $helper, $<image> as in $redis, and $service-<number>',
    ],
    [
      '$job among the init containers',
      'spec: {initContainers: [{name: $job}]}',
      't.yaml:1: spec.initContainers[0].name: $job stands among containers, not among initContainers',
    ],
    [
      'one name in both lists of containers',
      'spec: {initContainers: [{name: a, image: a}], containers: [{name: a, image: a}]}',
      't.yaml:1: spec.initContainers[0].name: a container has this name already',
    ],
    [
      'a forgotten $',
      'spec:\n  containers:\n  - name: job\n    tty: true',
      't.yaml:3: spec.containers[0]: job has no image; did you mean $job?',
    ],
    [
      'a sidecar without an image',
      'spec: {containers: [{name: dind}]}',
      't.yaml:1: spec.containers[0]: dind has no image',
    ],
    [
      'the label of the hook',
      'metadata: {labels: {runner-pod: a}}',
      "t.yaml:1: metadata.labels.runner-pod: the label is the hook's: ARC removes a job's pods by it",
    ],
    [
      'removal of $job',
      job('$patch: delete'),
      't.yaml:4: spec.containers[0].$patch: $job is needed by the job; its fields can be patched one by one',
    ],
    [
      'removal of all containers',
      'spec: {containers: [$patch: replace]}',
      't.yaml:1: spec.containers[0]: would remove the containers of the job',
    ],
    [
      'removal of all there is',
      'spec: {$patch: replace}',
      't.yaml:1: spec.$patch: would remove what the hook needs',
    ],
    [
      'an unknown directive',
      'spec: {tolerations: null, $setElementOrder/containers: []}',
      't.yaml:1: spec["$setElementOrder/containers"]: unknown directive; there is $patch only',
    ],
    [
      'an unknown word in a directive',
      'spec: {securityContext: {$patch: remove}}',
      't.yaml:1: spec.securityContext.$patch: expected delete, replace, merge',
    ],
    [
      'an unknown placeholder',
      'metadata: {labels: {a: "${GITHUB_TOKEN}"}}',
      't.yaml:1: metadata.labels.a: unknown placeholder ${GITHUB_TOKEN}; known are GITHUB_ACTOR, GITHUB_EVENT_NAME, GITHUB_JOB, GITHUB_REF_NAME, GITHUB_REPOSITORY, GITHUB_REPOSITORY_OWNER, GITHUB_RUN_ATTEMPT, GITHUB_RUN_ID, GITHUB_RUN_NUMBER, GITHUB_SHA, GITHUB_WORKFLOW, RUNNER_NAME; write $${GITHUB_TOKEN} for the text itself',
    ],
    ['no map at all', '- a', 't.yaml:1: expected a pod template: metadata and spec'],
    [
      'a whole ConfigMap',
      'apiVersion: v1\nkind: ConfigMap\ndata: {content: a}',
      't.yaml:2: kind: expected the pod template itself: metadata and spec, with no other object around it',
    ],
    ['another version', 'apiVersion: apps/v1\nspec: {}', 't.yaml:1: apiVersion: expected v1, or nothing'],
    ['broken YAML', 'spec: {}\nspec: {}', 't.yaml:2: invalid YAML: duplicated mapping key'],
    [
      'everything at once, in the order of the lines',
      job('tty: 1', 'imagePullPolcy: x', '$patch: delete', 'env: [{value: a}]'),
      't.yaml:4: spec.containers[0].tty: expected true or false, found a number',
      't.yaml:5: spec.containers[0].imagePullPolcy: unknown field; did you mean imagePullPolicy?',
      't.yaml:5: spec.containers[0].imagePullPolcy: expected one of Always, IfNotPresent, Never',
      't.yaml:6: spec.containers[0].$patch: $job is needed by the job; its fields can be patched one by one',
      't.yaml:7: spec.containers[0].env[0]: has no name',
    ],
  ];
  it('finds what is wrong inside of a field that stands at the wrong place, at the same time', () => {
    expect(
      faults(
        'containers:\n  - name: $job\n    limits:\n      memory: a lot\n    ressources:\n      limit: {}',
      ),
    ).to.deep.equal([
      't.yaml:1: containers: unknown field; it belongs under spec',
      't.yaml:3: containers[0].limits: unknown field; it belongs under resources',
      't.yaml:4: containers[0].limits.memory: expected a quantity such as 500m, 2 or 4Gi, found a text',
      't.yaml:5: containers[0].ressources: unknown field; did you mean resources?',
      't.yaml:6: containers[0].ressources.limit: unknown field; did you mean limits?',
    ]);
  });

  for (const [title, yaml, ...expected] of FAULTS) {
    it(`finds ${title}`, () => {
      expect(faults(yaml)).to.deep.equal(expected);
    });
  }

  it('tells the faults of all files and documents, each with its file', () => {
    expect(
      faultsOf(
        { file: 'b.yaml', text: 'spec: {a: 1}' },
        { file: 'a.yaml', text: 'spec: {hostNetwrk: true}\n---\nspec: [\n' },
        { file: 'c.yaml', text: '---\nspec: {}\n---\n\nspec: {c: 1}' },
      ),
    ).to.deep.equal([
      'a.yaml:4: invalid YAML: deficient indentation',
      'b.yaml:1: spec.a: unknown field',
      'c.yaml:5: spec.c: unknown field',
    ]);
  });

  it('says how many faults there are, and what to do', () => {
    try {
      load('spec: {a: 1, b: 2}');
      expect.fail('no error');
    } catch (error) {
      if (!(error instanceof HookError)) throw error;
      expect(error.message).to.match(/^The pod template has 2 faults:\n/);
      expect(error.hint).to.contain('ACTIONS_RUNNER_CONTAINER_HOOK_TEMPLATE');
    }
  });

  it('shows fifty faults of many', () => {
    const many = Array.from({ length: 60 }, (_, n) => `  unknown${String(n)}: 1`);
    const shown = faults(['spec:', ...many].join('\n'));
    expect(shown).to.have.length(51);
    expect(shown.at(-1)).to.equal('... and 10 more');
  });

  it('shows no values, which may be secrets', () => {
    const text = job(
      'env: [{name: A, value: "hunter2", vlaue: "hunter2"}]',
      'tty: hunter2',
      'resources: {limits: {cpu: hunter2}}',
    );
    expect(faults(text)).to.have.length(4);
    expect(faults(text).join()).to.not.contain('hunter2');
  });

  const FINE: [title: string, yaml: string][] = [
    [
      'a variable that stands twice, as the last one counts',
      job('env: [{name: A, value: a}, {name: A, value: b}]'),
    ],
    ['numbers as quantities', job('resources: {limits: {cpu: 1.5, memory: 1e9, ephemeral-storage: "1Gi"}}')],
    ['a port by name or number', job('livenessProbe: {httpGet: {port: http}, tcpSocket: {port: 80}}')],
    [
      'one port number for two protocols',
      job('ports: [{containerPort: 53}, {containerPort: 53, protocol: UDP}]'),
    ],
    ['a service', 'spec: {containers: [{name: $redis, tty: true}, {name: $service-2, tty: true}]}'],
    ['another source for a volume', 'spec: {volumes: [{name: a, emptyDir: null, hostPath: {path: /a}}]}'],
    ['deletions', 'spec: {volumes: [{name: a, $patch: delete}], hostname: null}'],
    ['a list that is replaced', 'spec: {imagePullSecrets: [$patch: replace, {name: a}]}'],
    [
      'a sidecar whose image is in another document',
      'spec: {containers: [{name: a, image: a}]}\n---\nspec: {containers: [{name: a, tty: true}]}',
    ],
    ['a placeholder where a quantity is expected', job('resources: {limits: {cpu: "${GITHUB_RUN_NUMBER}"}}')],
    ['variables of shells', job('args: ["echo ${HOME} $(pwd) $${GITHUB_TOKEN}"]')],
  ];
  for (const [title, yaml] of FINE) {
    it(`takes ${title}`, () => {
      expect(faults(yaml)).to.deep.equal([]);
    });
  }

  const WARNINGS: [title: string, yaml: string, patch: object, ...warnings: string[]][] = [
    [
      'the name and other metadata',
      'metadata:\n  name: a\n  namespace: b\n  creationTimestamp: null\n  labels: {a: b}',
      { metadata: { labels: { a: 'b' } } },
      't.yaml:2: metadata.name: ignored: the hook sets it itself; labels and annotations can be set here',
      't.yaml:3: metadata.namespace: ignored: the hook sets it itself; labels and annotations can be set here',
    ],
    [
      'the image of $job',
      job('image: ubuntu', 'tty: true'),
      { spec: { containers: [{ name: '$job', tty: true }] } },
      't.yaml:4: spec.containers[0].image: ignored: the image of $job comes from the workflow',
    ],
    [
      'the image of $helper',
      'spec: {containers: [{name: $helper, image: a}]}',
      { spec: { containers: [{ name: '$helper' }] } },
      't.yaml:1: spec.containers[0].image: ignored: the image of $helper is that of ACTIONS_RUNNER_IMAGE or the runner',
    ],
    [
      'a restart policy',
      'spec: {restartPolicy: Always}',
      { spec: {} },
      "t.yaml:1: spec.restartPolicy: ignored: a job runs once, so that the pod's restartPolicy is Never",
    ],
    [
      "upstream's init container",
      'spec: {initContainers: [{name: fs-init, securityContext: {}}, {name: a, image: a}]}',
      { spec: { initContainers: [{ name: 'a', image: 'a' }] } },
      't.yaml:1: spec.initContainers[0]: ignored: this hook has no init container fs-init; patch $helper instead',
    ],
    ['containers that are none', 'spec:\n  containers:', { spec: {} }],
    ['the only restart policy there can be', 'spec: {restartPolicy: Never}', { spec: {} }],
  ];
  for (const [title, yaml, patch, ...warnings] of WARNINGS) {
    it(`ignores ${title}`, () => {
      expect(load(yaml)).to.deep.include({ patches: [patch], warnings });
    });
  }

  it('warns of a node that is named', () => {
    expect(load('spec: {nodeName: a}')).to.deep.include({
      patches: [{ spec: { nodeName: 'a' } }],
      warnings: [
        't.yaml:1: spec.nodeName: the pod goes to this node without the scheduler, even if there is no room',
      ],
    });
  });

  it('gives a template or an error of its own for any text', () => {
    const lines = fc.constantFrom(
      'spec:',
      '  containers: &a',
      '  - name: $job',
      '    env: [*a]',
      '    <<: *a',
      'metadata: {labels: {a: ${GITHUB_X}}}',
      '---',
      '? [a]',
      ': b',
      '- - -',
      '!!set {a, b}',
      '%YAML 1.1',
      '"\\x',
      '__proto__: {constructor: 1}',
      '\t',
    );
    const texts = fc.oneof(
      fc.array(lines).map((each) => each.join('\n')),
      fc.string({ unit: 'binary' }),
    );
    fc.assert(
      fc.property(texts, (text) => {
        try {
          expect(load(text).patches).to.be.an('array');
        } catch (error) {
          expect(error).to.be.instanceOf(HookError);
        }
      }),
      { numRuns: 2000 },
    );
  });
});

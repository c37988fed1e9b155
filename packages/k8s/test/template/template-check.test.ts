import { expect } from 'chai';
import { checkSchema } from '../../src/template/template-check.js';
import { isMap } from '../../src/json.js';
import { readDocuments } from '../../src/yaml/documents.js';

/** Faults of a one-document template, each as `<path>: <message>`. */
function faults(text: string): string[] {
  const read = readDocuments({ file: 't.yaml', text });
  if ('message' in read) throw new Error(read.message);
  const [document] = read;
  if (document === undefined || !isMap(document.value)) throw new Error('no template');
  return checkSchema(document.value, document).map(
    ({ path, message }) => `${(path ?? []).join('.')}: ${message}`,
  );
}

describe('checkSchema', () => {
  const FAULTS: readonly [title: string, yaml: string, ...faults: string[]][] = [
    ['a list where labels stand', 'metadata: {labels: [a]}', 'metadata.labels: expected a map, found a list'],
    ['a text where labels stand', 'metadata: {labels: a}', 'metadata.labels: expected a map, found a text'],
    ['a number where an object stands', 'spec: 7', 'spec: expected a map, found a number'],
    ['true where a list stands', 'spec: {containers: true}', 'spec.containers: expected a list, found true'],
    [
      'a map where a list stands',
      'spec: {tolerations: {key: a}}',
      'spec.tolerations: expected a list, found a map',
    ],
    [
      'an unknown word in the directive of a map',
      'metadata: {labels: {$patch: remove}}',
      'metadata.labels.$patch: expected delete, replace, merge',
    ],
    [
      'a number where one of some words stands',
      'spec: {restartPolicy: 1}',
      'spec.restartPolicy: expected one of Always, Never, OnFailure, found a number',
    ],
    [
      'a word that is like none of them',
      'spec: {restartPolicy: zzzzzzzzzz}',
      'spec.restartPolicy: expected one of Always, Never, OnFailure',
    ],
    [
      'a word that is nearly one of them',
      'spec: {restartPolicy: Nevr}',
      'spec.restartPolicy: expected one of Always, Never, OnFailure; did you mean Never?',
    ],
    [
      'a list where a text stands, without advice on quotes',
      'spec: {hostname: [a]}',
      'spec.hostname: expected a text, found a list',
    ],
    [
      'a number where a text stands',
      'spec: {hostname: 8}',
      'spec.hostname: expected a text, found a number; put it in quotes',
    ],
    [
      'a field that nothing around it has',
      'spec: {zzzzzzzzzzzz: {a: 1}}',
      'spec.zzzzzzzzzzzz: unknown field',
    ],
    [
      'a field that belongs to the top level',
      'spec: {metadata: {labels: 1}}',
      'spec.metadata: unknown field; it belongs to the top level',
      'spec.metadata.labels: expected a map, found a number',
    ],
    [
      'a quantity that is no number',
      'spec: {containers: [{name: a, resources: {limits: {cpu: .inf, memory: true}}}]}',
      'spec.containers.0.resources.limits.cpu: expected a quantity such as 500m, 2 or 4Gi, found a number',
      'spec.containers.0.resources.limits.memory: expected a quantity such as 500m, 2 or 4Gi, found true',
    ],
  ];
  for (const [title, yaml, ...expected] of FAULTS)
    it(`finds ${title}`, () => {
      expect(faults(yaml)).to.deep.equal(expected);
    });

  const FINE: readonly [title: string, yaml: string][] = [
    ['a map that replaces another', 'metadata: {labels: {$patch: replace, a: b}}'],
    ['placeholders in place of words and quantities', 'spec: {restartPolicy: "${GITHUB_JOB}"}'],
    [
      'numbers and texts as quantities',
      'spec: {containers: [{name: a, resources: {limits: {cpu: 1.5, memory: 2Gi}}}]}',
    ],
    ['numbers and names of ports', portsOf('http', '80')],
    [
      'what came with Kubernetes 1.35 to 1.37',
      'spec: {volumes: [{name: a, emptyDir: {mode: 448}}], tolerations: [{key: a, operator: Gt, value: "5"}]}',
    ],
    ['what Kubernetes itself does not look into', 'metadata: {managedFields: [{fieldsV1: {f: [1]}}]}'],
  ];
  for (const [title, yaml] of FINE)
    it(`takes ${title}`, () => {
      expect(faults(yaml)).to.deep.equal([]);
    });
});

function portsOf(...ports: string[]): string {
  const containers = ports.map((port, i) => `{name: c${i}, livenessProbe: {httpGet: {port: ${port}}}}`);
  return `spec: {containers: [${containers.join(', ')}]}`;
}

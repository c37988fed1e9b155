import { expect } from 'chai';
import { CASES } from './compare/cases.js';
import { differences } from './compare/difference.js';
import { KNOWN, knownAs } from './compare/known.js';
import { flatten, normalized } from './compare/normalize.js';
import { readOptions } from './compare/options.js';
import { report } from './compare/report.js';
import { resolveVariables } from './compare/variables.js';
import { readFileSync } from 'node:fs';
import { tableRows } from './docs/markdown.js';

const POD = {
  kind: 'Pod',
  metadata: {
    name: 'ci-x-runner-y-workflow-3f2a1',
    namespace: 'runner-1',
    uid: 'u',
    resourceVersion: '7',
    creationTimestamp: 'now',
    managedFields: [],
    labels: { 'runner-pod': 'ci-x-runner-y' },
  },
  spec: {
    containers: [
      {
        name: 'job',
        env: [
          { name: 'B', value: '2' },
          { name: 'A', value: '1' },
        ],
        image: 'debian:12',
      },
    ],
    volumes: [{ name: 'kube-api-access-x8z2k', emptyDir: {} }, { name: 'work' }],
  },
  status: { phase: 'Pending' },
};
const flat = (object: object) =>
  flatten(normalized(object, { runner: 'ci-x-runner-y', namespace: 'runner-1' }));

describe('the comparison of two hooks', () => {
  it('reads an object by names, not by places, and leaves out what differs from run to run', () => {
    expect(Object.fromEntries(flat(POD))).to.deep.equal({
      kind: 'Pod',
      'metadata.labels.runner-pod': '<runner>',
      'metadata.name': '<runner>-workflow-<id>',
      'metadata.namespace': '<namespace>',
      'spec.containers[job].env[A].value': '1',
      'spec.containers[job].env[B].value': '2',
      'spec.containers[job].image': 'debian:12',
      'spec.volumes[kube-api-access].emptyDir': {},
      'spec.volumes[work]': {},
    });
  });

  it('reads a list of texts as one value, and a name that stands twice as two', () => {
    const env = [
      { name: 'CI', value: 'a' },
      { name: 'CI', value: 'b' },
    ];
    expect(Object.fromEntries(flatten({ args: ['x', 'y'], env }))).to.deep.equal({
      args: ['x', 'y'],
      'env[CI].value': 'a',
      'env[CI#2].value': 'b',
    });
  });

  it('reads mounts by their paths, and variables by their values, whether they stand in the pod or in a secret', () => {
    const secret = {
      kind: 'Secret',
      metadata: { name: 'p', uid: '1' },
      data: { A: 'MQ==', 'job.0': 'Mg==' },
    };
    const env = [{ name: 'B', valueFrom: { secretKeyRef: { name: 'p', key: 'job.0' } } }];
    const volumeMounts = [{ name: 'w', mountPath: '/__w' }];
    const container = { name: 'job', env, envFrom: [{ secretRef: { name: 'p' } }], volumeMounts };
    const pod = { kind: 'Pod', metadata: { name: 'p', uid: '2' }, spec: { containers: [container] } };
    const [, resolved] = resolveVariables([secret, pod]);
    expect(Object.fromEntries(flatten(resolved))).to.deep.include({
      'spec.containers[job].env[A].value': '1',
      'spec.containers[job].env[B].value': '2',
      'spec.containers[job].env[A].from': 'secret',
      'spec.containers[job].volumeMounts[/__w].name': 'w',
    });
  });

  it('finds what only one hook has, and what both have differently', () => {
    const ours = new Map<string, unknown>([
      ['a', 1],
      ['b', 2],
      ['d', { x: 1 }],
    ]);
    const theirs = new Map<string, unknown>([
      ['a', 1],
      ['b', 3],
      ['c', 4],
      ['d', { x: 1 }],
    ]);
    expect(differences(ours, theirs)).to.deep.equal([
      { path: 'b', ours: 2, theirs: 3 },
      { path: 'c', ours: undefined, theirs: 4 },
    ]);
  });

  it('tells of a container that only one hook has in one line', () => {
    const ours = flat(POD);
    const spec = { ...POD.spec, containers: [] };
    expect(differences(ours, flat({ ...POD, spec }))).to.deep.equal([
      { path: 'spec.containers[job]', ours: '…', theirs: undefined },
    ]);
  });

  it('knows the differences that docs/migration.md explains, and no others', () => {
    const extra = { path: 'pod 1: spec.containers[podhooks]', ours: '…', theirs: undefined };
    const refused = { path: 'pod 1', ours: '…', theirs: undefined };
    expect(knownAs(extra, 'minimal')).to.equal('helper');
    expect(knownAs({ ...extra, path: 'pod 1: spec.hostNetwork' }, 'minimal')).to.equal(undefined);
    expect(knownAs(refused, 'minimal')).to.equal(undefined);
    expect(knownAs(refused, 'service without a job container')).to.equal('job without `container:`');
  });

  it('has a row of docs/migration.md for each difference that it knows', () => {
    const page = readFileSync(new URL('../docs/migration.md', import.meta.url), 'utf8');
    const rows = tableRows(page).map(([what]) => what);
    expect(rows).to.include.members(KNOWN.map(({ row }) => row));
  });

  it('has at least 22 cases, each with a name of its own', () => {
    expect(CASES).to.have.length.of.at.least(22);
    expect(new Set(CASES.map(({ name }) => name)).size).to.equal(CASES.length);
  });

  it('reports differences of a case, and fails for those that no page explains', () => {
    const difference = { path: 'spec.hostNetwork', ours: true, theirs: undefined };
    const known = { path: 'spec.containers[podhooks]', ours: '…', theirs: undefined };
    const { text, unexplained } = report([
      { name: 'minimal', differences: [known] },
      { name: 'ports', differences: [known, difference] },
    ]);
    expect(unexplained).to.equal(1);
    expect(text).to.contain('ports').and.contain('spec.hostNetwork: true here, nothing there');
    expect(text).to.match(/helper.*2 of 2 cases/);
  });

  it('wants the other hook, and a mode and cases that there are', () => {
    expect(() => readOptions([], ['a'])).to.throw('--upstream FILE');
    expect(() => readOptions(['--upstream', 'x', '--mode', 'y'], ['a'])).to.throw('--mode');
    expect(() => readOptions(['--upstream', 'x', '--only', 'b'], ['a'])).to.throw('there is no case b');
    expect(readOptions(['--upstream', 'x'], ['a', 'b'])).to.deep.equal({
      upstream: 'x',
      mode: 'volume',
      only: ['a', 'b'],
    });
    expect(readOptions(['--help'], ['a'])).to.equal(undefined);
  });
});

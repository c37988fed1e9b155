import { readFileSync } from 'node:fs';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { codeSpans, tableRows } from './docs/markdown.js';
import { ApiClient, at, itemsAt } from './api-suite/client.js';
import { ARC_RULES, LocalEngine } from './engine/index.js';
import type { JobContainers } from './runner/runner.js';
import { RunnerSimulator } from './runner/simulator.js';

const HOOK = join(import.meta.dirname, '../packages/k8s/dist/index.js');
const PODS = '/api/v1/namespaces/arc/pods';
const JOB: JobContainers = { container: { image: 'debian:12' } };

const inJob = (line: string) => `spec:\n  containers:\n  - name: $job\n    ${line}\n`;
/** Aliases that stand for 9 ** 12 values. */
const LAUGHS = Array.from({ length: 12 }, (_, level) => {
  const below = `*a${level - 1}`;
  return `a${level}: &a${level} [${level === 0 ? 'x' : Array<string>(9).fill(below).join(', ')}]`;
}).join('\n');

interface Case {
  title: string;
  /** Content of `template/t.yaml`. */
  template?: string | Buffer;
  /** Other files below the folder of the test. */
  files?: Readonly<Record<string, string>>;
  /** What the setting names; default `template/t.yaml`. */
  named?: string;
  job?: JobContainers;
  /** Parts of what is printed. */
  says: readonly string[];
}

const CASES: readonly Case[] = [
  { title: 'a template that is not there', says: ['template/t.yaml cannot be read: ENOENT'] },
  {
    title: 'a folder without YAML',
    files: { 'template/readme.md': '# no' },
    named: 'template',
    says: ['the folder holds no *.yaml file'],
  },
  { title: 'an empty file', template: '', says: ['t.yaml: the file is empty: it holds no pod template'] },
  {
    title: '5 MB of YAML',
    template: `spec: {}\n#${'x'.repeat(5e6)}`,
    says: ['t.yaml: the file is larger than 1048576 bytes'],
  },
  {
    title: 'a billion laughs',
    template: LAUGHS,
    says: ['t.yaml: more than 100000 values with all aliases replaced'],
  },
  {
    title: 'a file that is not UTF-8',
    template: Buffer.from([0x73, 0xff, 0xfe]),
    says: ['t.yaml cannot be read: it is not UTF-8'],
  },
  { title: 'broken YAML', template: 'spec:\n  a: [1', says: ['t.yaml:2: invalid YAML: '] },
  {
    title: 'a list in the place of a map',
    template: 'spec:\n  securityContext: [a]',
    says: ['t.yaml:2: spec.securityContext: expected a map, found a list'],
  },
  {
    title: 'an unknown field',
    template: inJob('imagePullPolcy: Always'),
    says: ['t.yaml:4: spec.containers[0].imagePullPolcy: unknown field; did you mean imagePullPolicy?'],
  },
  {
    title: 'a wrong type',
    template: inJob('tty: 1'),
    says: ['t.yaml:4: spec.containers[0].tty: expected true or false, found a number'],
  },
  {
    title: '$job twice',
    template: `${inJob('tty: true')}  - name: $job`,
    says: ['t.yaml:5: spec.containers[1]: "$job" stands here a second time, after containers[0]'],
  },
  {
    title: 'an unknown $name',
    template: 'spec:\n  containers:\n  - name: $jobb',
    says: ['t.yaml:3: spec.containers[0].name: $jobb selects no container; did you mean $job?'],
  },
  {
    title: 'a key that stands twice',
    template: 'spec: {}\nspec: {}',
    says: ['t.yaml:2: invalid YAML: duplicated mapping key'],
  },
  {
    title: 'two sources in one volume',
    template: 'spec:\n  volumes:\n  - {name: a, emptyDir: {}, hostPath: {path: /a}}',
    says: ['t.yaml:3: spec.volumes[0]: has more than one source: emptyDir, hostPath'],
  },
  {
    title: 'a sidecar with the name of a service',
    template: 'spec:\n  containers:\n  - {name: redis-1, image: a}',
    job: { ...JOB, services: [{ image: 'redis:7' }, { image: 'octo/redis:8' }] },
    says: ['t.yaml:3: spec.containers[0].name: the pod has a container redis-1 already; write $redis-1'],
  },
  {
    title: 'a sidecar with the name of the helper',
    template: 'spec:\n  containers:\n  - {name: podhooks, image: a}',
    says: ['t.yaml:3: spec.containers[0].name: the pod has a container podhooks already; write $helper'],
  },
  {
    title: 'removal of the work volume',
    template: 'spec: {volumes: [{name: work, $patch: delete}]}',
    says: ["t.yaml: volume work: it carries the hook's files"],
  },
  {
    title: 'another source for externals',
    template: 'spec: {volumes: [{name: externals, hostPath: {path: /opt}}]}',
    says: ["t.yaml: volume externals: it carries the hook's files"],
  },
  {
    title: 'removal of a mount',
    template: inJob('volumeMounts: [{mountPath: /__w, $patch: delete}]'),
    says: ['t.yaml: container job: /__w is where the hook has its volume work'],
  },
  {
    title: 'removal of $job',
    template: inJob('$patch: delete'),
    says: ['t.yaml:4: spec.containers[0].$patch: $job is needed by the job'],
  },
  {
    title: 'the label runner-pod',
    template: 'metadata:\n  labels:\n    runner-pod: other',
    says: ["t.yaml:3: metadata.labels.runner-pod: the label is the hook's"],
  },
  {
    title: 'removal of all labels',
    template: 'metadata: {labels: null}',
    says: ["t.yaml: metadata.labels: runner-pod is the hook's"],
  },
  {
    title: 'an annotation of 300 KB',
    template: `metadata:\n  annotations:\n    example.com/a: ${'x'.repeat(300_000)}`,
    says: ['t.yaml:3: metadata.annotations["example.com/a"]: the annotations of the pod are too large: 300'],
  },
  {
    title: 'faults in several files of a folder',
    files: { 'template/a.yaml': 'spec: {a: 1}', 'template/b.yaml': 'spec:\n  b: 1' },
    named: 'template',
    says: ['a.yaml:1: spec.a: unknown field', 'b.yaml:2: spec.b: unknown field'],
  },
  {
    title: 'variables of services above what a Secret holds',
    template: 'spec: {}',
    job: {
      ...JOB,
      services: [
        { image: 'redis:7', env: { SMALL: 'x' } },
        {
          image: 'octo/db:1',
          env: Object.fromEntries(Array.from({ length: 11 }, (_, n) => [`V${n}`, 'x'.repeat(100_000)])),
        },
      ],
    },
    says: [
      'The environment of the services is too large: 1100001 bytes, and a Secret holds 1048576. db has 1100000',
    ],
  },
  {
    title: 'a variable of a service above what the kernel takes',
    template: 'spec: {}',
    job: { ...JOB, services: [{ image: 'redis:7', env: { BIG: 'x'.repeat(200_000) } }] },
    says: ['The environment variable BIG of service redis is too large: 200004 bytes'],
  },
];

/** The messages of the page, as expressions: `…` stands for any value. */
const DOCUMENTED = tableRows(readFileSync(join(import.meta.dirname, '../docs/troubleshooting.md'), 'utf8'))
  .filter(([first = '']) => !/^`[A-Z_]+`$/.test(first))
  .flatMap(([message = '']) => codeSpans(message))
  .map((text) => new RegExp(text.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&').replaceAll('…', '.*')));

describe('bad input to prepare_job', () => {
  let engine: LocalEngine;
  let admin: ApiClient;
  let folder: string;

  before(async () => {
    engine = await LocalEngine.start({
      accounts: [{ name: 'runner', namespace: 'arc', rules: ARC_RULES['kubernetes-novolume'] }],
    });
    admin = new ApiClient({ url: engine.url, ca: engine.ca }, engine.token());
    // It need not run: the hook runs here, and only reads of it.
    engine.faults.unschedulable('runner-1');
    const runner = { name: 'runner', image: 'actions/actions-runner:latest' };
    const made = await admin.request('POST', PODS, {
      metadata: { name: 'runner-1' },
      spec: { containers: [runner] },
    });
    expect(made.status, JSON.stringify(made.body)).to.equal(201);
  });
  after(async () => {
    admin.close();
    await engine.close();
  });
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'podhooks-bad-input-'));
    await mkdir(join(folder, 'template'));
    engine.requests.length = 0;
  });
  afterEach(() => rm(folder, { recursive: true }));

  async function prepare({
    template,
    files = {},
    named = 'template/t.yaml',
    job = JOB,
  }: Omit<Case, 'title' | 'says'>) {
    if (template !== undefined) await writeFile(join(folder, 'template/t.yaml'), template);
    for (const [file, text] of Object.entries(files)) await writeFile(join(folder, file), text);
    const runner = new RunnerSimulator({
      ...{ hook: HOOK, node: process.execPath, runnerRoot: join(folder, 'runner'), runnerName: 'runner-1' },
      environment: {
        KUBECONFIG: await engine.kubeconfig(join(folder, 'kubeconfig'), 'runner'),
        ACTIONS_RUNNER_POD_NAME: 'runner-1',
        ACTIONS_RUNNER_CONTAINER_HOOK_TEMPLATE: join(folder, named),
      },
    });
    await runner.startJob();
    const result = await runner.prepareJob(job);
    expect(result.exitCode, result.output.toString('utf8')).to.equal(125);
    const errors = result.commands.filter(({ name }) => name === 'error');
    expect(errors).to.have.length(1);
    const created = engine.requests.filter(({ verb }) => verb === 'create');
    const error = errors[0]?.data ?? '';
    expect(DOCUMENTED.filter((message) => message.test(error))).to.not.be.empty;
    return { error, created: created.map(({ resource, code }) => `${resource} ${code}`) };
  }

  for (const { title, says, ...input } of CASES)
    it(`is refused before anything is made: ${title}`, async () => {
      const { error, created } = await prepare(input);
      for (const words of says) expect(error).to.contain(words);
      expect(created).to.deep.equal([]);
    });

  it('leaves nothing behind where only the API server can tell: an account that does not exist', async () => {
    const { error, created } = await prepare({
      template: 'spec: {serviceAccountName: nobody}',
      job: { ...JOB, services: [{ image: 'redis:7', env: { A: 'b' } }] },
    });
    expect(error).to.contain(
      'The service account nobody of the job pod, named by the pod template, does not exist in namespace arc.',
    );
    expect(created).to.deep.equal(['secrets 201', 'pods 403']);
    const pods = await admin.request('GET', PODS);
    expect(itemsAt(pods.body, 'items').map((pod) => at(pod, 'metadata.name'))).to.deep.equal(['runner-1']);
    const secrets = await admin.request('GET', '/api/v1/namespaces/arc/secrets');
    expect(itemsAt(secrets.body, 'items')).to.deep.equal([]);
  });
});

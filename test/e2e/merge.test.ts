import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { expect } from 'chai';
import { applyTemplate } from '../../packages/k8s/src/template/template-apply.js';
import { loadTemplate } from '../../packages/k8s/src/template/template.js';
import { MERGE_CASES } from '../../packages/k8s/test/merge/merge-cases.js';
import { jobPod, ROLES } from '../../packages/k8s/test/pod/sample-job-pod.js';

const namespace = `merge-${String(Date.now())}`;

interface PodTemplate {
  template: unknown;
}

function kubectl(args: string[], input: object | string = ''): string {
  return execFileSync('kubectl', ['--namespace', namespace, ...args], {
    input: typeof input === 'string' ? input : JSON.stringify(input),
    encoding: 'utf8',
    maxBuffer: 16 << 20,
    stdio: ['pipe', 'pipe', 'pipe'],
  });
}

const read = (json: string): unknown => (JSON.parse(json) as PodTemplate).template;

const manifest = (name: string, template: object) => ({
  apiVersion: 'v1',
  kind: 'PodTemplate',
  metadata: { name },
  template,
});

/** The same with objects in lists in one order: new ones come last here, and first from the server. */
function withoutOrder(value: unknown): unknown {
  if (Array.isArray(value)) {
    const elements = value.map(withoutOrder);
    if (elements.some((element) => typeof element !== 'object')) return elements;
    return elements.sort((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1));
  }
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .map(([key, member]) => [key, withoutOrder(member)] as const)
      .sort(([a], [b]) => (a < b ? -1 : 1)),
  );
}

/** The server merges into PodTemplate objects, whose fields can all be changed, unlike those of a pod. */
describe('pod templates beside the API server', () => {
  before(() => {
    kubectl(['create', 'namespace', namespace]);
  });
  after(() => {
    kubectl(['delete', 'namespace', namespace, '--wait=false']);
  });

  for (const [index, { title, base, patch, merged, differs }] of MERGE_CASES.entries()) {
    const serverMerge = () => {
      const name = `case-${String(index)}`;
      kubectl(['create', '-f', '-'], manifest(name, base));
      const server = ['patch', 'podtemplate', name, '--type=strategic', '--dry-run=server', '-o', 'json'];
      return read(kubectl([...server, '--patch', JSON.stringify({ template: patch })]));
    };
    const expected = () =>
      read(kubectl(['create', '-f', '-', '--dry-run=server', '-o', 'json'], manifest('expected', merged)));

    if (differs === undefined) {
      it(`agrees: ${title}`, () => {
        expect(withoutOrder(serverMerge())).to.deep.equal(withoutOrder(expected()));
      });
    } else {
      it(`differs: ${title}: ${differs}`, () => {
        const ours = expected();
        let theirs: unknown;
        try {
          theirs = serverMerge();
        } catch (error) {
          expect(String(error)).to.match(/invalid|Invalid/);
          return;
        }
        expect(withoutOrder(theirs)).to.not.deep.equal(withoutOrder(ours));
      });
    }
  }

  const examples = new URL('../../examples/templates/', import.meta.url);
  for (const file of readdirSync(examples)) {
    for (const kind of ['job', 'step'] as const) {
      it(`takes a ${kind} pod with examples/templates/${file}`, () => {
        const template = loadTemplate([{ file, text: readFileSync(new URL(file, examples), 'utf8') }]);
        const { pod } = applyTemplate(jobPod(), template, kind, ROLES, { GITHUB_REPOSITORY: 'octo/app' });
        const { labels, annotations } = pod.metadata ?? {};
        const sent = { metadata: { labels, annotations }, spec: pod.spec };
        const strict = ['create', '-f', '-', '--dry-run=server', '--validate=strict', '-o', 'json'];
        const taken = JSON.parse(kubectl(strict, manifest('example', sent))) as {
          template: { spec: object };
        };
        expect(Object.keys(taken.template.spec)).to.include.members(
          Object.entries(pod.spec ?? {}).flatMap(([field, value]) =>
            Array.isArray(value) && value.length === 0 ? [] : [field],
          ),
        );
      });
    }
  }

  it('finds the generated schema to be that of the server', () => {
    const script = new URL('../../scripts/pod-schema.mjs', import.meta.url).pathname;
    const committed = new URL('../../packages/k8s/src/merge/schema.generated.ts', import.meta.url);
    const generated = execFileSync(process.execPath, [script], {
      input: kubectl(['get', '--raw', '/openapi/v2']),
      encoding: 'utf8',
    });
    expect(generated).to.equal(readFileSync(committed, 'utf8'));
  });
});

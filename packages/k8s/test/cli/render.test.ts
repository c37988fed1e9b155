import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { loadAll } from 'js-yaml';
import { render } from '../../src/cli/render.js';
import type { Pod, Secret } from '../../src/model/kubernetes.js';
import { runnerPod } from '../support/runner-pods.js';
import { hookRejection } from '../support/rejection.js';

const PAYLOADS = join(import.meta.dirname, '../../../../test/payloads');
const SECRET = 'planted-9f2c';

describe('render', () => {
  let folder: string;
  before(() => (folder = mkdtempSync(join(tmpdir(), 'podhooks-render-'))));
  after(() => rmSync(folder, { recursive: true }));

  const file = (name: string, content: unknown): string => {
    const path = join(folder, name);
    writeFileSync(path, typeof content === 'string' ? content : JSON.stringify(content));
    return path;
  };
  const payload = (name: string, change: (args: Args) => void = () => undefined): string => {
    const input = JSON.parse(readFileSync(join(PAYLOADS, `${name}.json`), 'utf8')) as { args: Args };
    change(input.args);
    return file('payload.json', input);
  };
  const runner = (): Pod => {
    const pod = runnerPod();
    const [container] = pod.spec?.containers ?? [];
    const env = [{ name: 'ACTIONS_RUNNER_HOOK_JOB_MAX_SECONDS', value: '3600' }];
    return {
      ...pod,
      metadata: { ...pod.metadata, annotations: { 'example.com/role': 'ci', 'kubernetes.io/x': 'y' } },
      spec: {
        ...pod.spec,
        serviceAccountName: 'runner',
        containers: [{ ...container, name: 'runner', env }],
      },
    };
  };
  const rendered = async (path: string, env: Record<string, string> = {}) => {
    const { yaml, messages } = await render(path, env, file('runner.json', runner()));
    const objects = loadAll(yaml) as (Pod | Secret)[];
    const pod = objects.find((object): object is Pod => object.kind === 'Pod');
    return { yaml, messages, objects, pod };
  };

  it('shows the pod of a job with where its parts come from', async () => {
    const template = file(
      'template.yaml',
      'spec: { containers: [{ name: $job, resources: { limits: { memory: 1Gi } } }, { name: side, image: a }] }',
    );
    const { yaml, pod, messages } = await rendered(payload('01-prepare_job'), {
      ACTIONS_RUNNER_CONTAINER_HOOK_TEMPLATE: template,
    });
    expect(pod?.spec?.containers.map(({ name }) => name)).to.include.members(['podhooks', 'job', 'side']);
    for (const line of [
      'serviceAccountName: runner # inherited from the runner pod',
      'example.com/role: ci # inherited from the runner pod',
      'activeDeadlineSeconds: 3600 # settings',
      'cpu: "1000m" # options of the workflow',
      'memory: "1Gi" # pod template',
      '# pod template\n    - name: side',
    ])
      expect(yaml).to.contain(line);
    expect(messages.join('\n'))
      .to.contain('kubernetes.io/x"] of the runner pod is left out: system key')
      .and.contain('by exec, not by the pod: NODE_ENV');
  });

  it('shows the pod of a docker action', async () => {
    const { pod } = await rendered(payload('07-run_container_step-action-yml-image-args-main'));
    expect(pod?.metadata?.name).to.match(/^runner-1-step-/);
  });

  it('takes settings from the runner pod, and its own environment over them', async () => {
    const path = payload('01-prepare_job');
    expect((await rendered(path)).pod?.spec?.activeDeadlineSeconds).to.equal(3600);
    const { pod } = await rendered(path, { ACTIONS_RUNNER_HOOK_JOB_MAX_SECONDS: '60' });
    expect(pod?.spec?.activeDeadlineSeconds).to.equal(60);
  });

  it('shows no value that may be secret', async () => {
    const path = payload('01-prepare_job', ({ container, services }) => {
      const registry = { username: 'octo', password: `${SECRET}-1`, serverUrl: 'ghcr.io' };
      Object.assign(container, { registry, createOptions: `-e A=${SECRET}-2` });
      Object.assign(container.environmentVariables, { B: `${SECRET}-3` });
      for (const service of services) Object.assign(service.environmentVariables, { C: `${SECRET}-4` });
    });
    const template = file(
      'template.yaml',
      `spec: { containers: [{ name: $job, env: [{ name: D, value: ${SECRET}-5 }] }] }`,
    );
    const { yaml, messages, objects } = await rendered(path, {
      ACTIONS_RUNNER_CONTAINER_HOOK_TEMPLATE: template,
    });
    expect(objects.filter(({ kind }) => kind === 'Secret').length).to.be.greaterThan(1);
    const shown = [yaml, ...messages].join('\n');
    for (const text of [SECRET, Buffer.from(`${SECRET}-4`).toString('base64')])
      expect(shown).to.not.contain(text);
  });

  it('says of a payload that creates nothing that it does not', async () => {
    const error = await hookRejection('INPUT_INVALID', rendered(payload('11-cleanup_job')));
    expect(error.message).to.equal('cleanup_job creates no object.');
  });

  it('says of a file that is no pod how to get one', async () => {
    const path = payload('01-prepare_job');
    const error = await hookRejection('INPUT_INVALID', render(path, {}, file('none.yaml', 'kind: Secret')));
    expect(error.hint).to.contain('kubectl get pod');
  });
});

interface Args {
  container: Part;
  services: Part[];
}
interface Part {
  environmentVariables: Record<string, string>;
}

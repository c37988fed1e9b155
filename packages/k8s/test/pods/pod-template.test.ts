import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import type { HookPod } from '../../src/pod/hook-pod.js';
import { withTemplate } from '../../src/pods/pod-template.js';
import { commandContext } from '../support/command-context.js';
import { FakeCluster } from '../support/fake-cluster.js';
import { jobPod } from '../pod/sample-job-pod.js';

describe('withTemplate', () => {
  let folder: string;
  before(() => (folder = mkdtempSync(join(tmpdir(), 'podhooks-template-'))));
  after(() => rmSync(folder, { recursive: true }));

  it('has containers of the template leave the end of their log, too, unless they say otherwise', async () => {
    const file = join(folder, 'template.yaml');
    writeFileSync(
      file,
      `spec:
  containers:
    - { name: side, image: a }
    - { name: own, image: a, terminationMessagePolicy: File }
  initContainers:
    - { name: first, image: a }
`,
    );
    const { context } = commandContext(new FakeCluster(), { ACTIONS_RUNNER_CONTAINER_HOOK_TEMPLATE: file });
    const own: HookPod = { kind: 'job', pod: jobPod(), secrets: [], decisions: [] };
    const { spec } = (await withTemplate(own, [], context)).pod;
    const policies = [...(spec?.initContainers ?? []), ...(spec?.containers ?? [])].map(
      ({ name, terminationMessagePolicy }) => [name, terminationMessagePolicy],
    );
    expect(Object.fromEntries(policies)).to.include({
      side: 'FallbackToLogsOnError',
      own: 'File',
      first: 'FallbackToLogsOnError',
    });
  });

  it('leaves the pod as it is where there is no template, and tells why its fields are what they are', async () => {
    const { context, out } = commandContext(new FakeCluster());
    const decisions = [{ field: 'nodeSelector', value: 'linux', from: 'the runner pod' }];
    const own: HookPod = { kind: 'job', pod: jobPod(), secrets: [], decisions };
    expect(await withTemplate(own, [], context)).to.equal(own);
    expect(out.debugLines).to.deep.equal(['nodeSelector: linux (the runner pod)']);
  });

  it('finds services by their images, in a pod without the helper, too', async () => {
    const file = join(folder, 'services.yaml');
    writeFileSync(
      file,
      'spec: {containers: [{name: $postgres, tty: true}, {name: $job, securityContext: {runAsUser: 1}}], nodeName: a}',
    );
    const { context, out } = commandContext(new FakeCluster(), {
      ACTIONS_RUNNER_CONTAINER_HOOK_TEMPLATE: file,
    });
    const { spec, ...pod } = jobPod();
    const others = (spec?.containers ?? []).filter(({ name }) => name !== 'podhooks');
    const containers = [...others, { name: 'imageless' }];
    const own: HookPod = {
      kind: 'job',
      pod: { ...pod, spec: { ...spec, containers } },
      secrets: [],
      decisions: [],
    };
    const merged = await withTemplate(own, ['postgres', 'imageless', 'unknown'], context);
    const found = merged.pod.spec?.containers.find(({ name }) => name === 'postgres');
    expect(found?.tty).to.equal(true);
    expect(merged.pod.spec?.containers.map(({ name }) => name)).to.not.include('podhooks');
    expect(out.warnings.join()).to.contain('nodeName');
  });
});

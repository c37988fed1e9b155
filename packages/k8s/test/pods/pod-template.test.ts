import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import type { OwnPod } from '../../src/pod/own-pod.js';
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
    const own: OwnPod = { kind: 'job', pod: jobPod(), secrets: [], decisions: [] };
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
});

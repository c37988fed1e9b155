import { expect } from 'chai';
import { kubectl } from '../runner/kubectl.js';
import type { PodRunner } from '../runner/pod-runner.js';
import { log, podRunner } from './support.js';

const TEMPLATE_PATH = '/home/runner/template.yaml';
const JOB = { container: { image: 'alpine:3.20' } };

describe('what is said of a job that cannot start', () => {
  let runner: PodRunner;
  before(async () => {
    runner = await podRunner('novolume', {
      env: {
        ACTIONS_RUNNER_CONTAINER_HOOK_TEMPLATE: TEMPLATE_PATH,
        ACTIONS_RUNNER_PREPARE_JOB_TIMEOUT_SECONDS: '16',
        ACTIONS_RUNNER_HOOK_IMAGE_PULL_GRACE_SECONDS: '1',
      },
    });
  });
  after(() => runner.close());

  /** The log of prepare_job with this template. */
  const failure = async (template: string): Promise<string> => {
    await runner.writeFile(TEMPLATE_PATH, template);
    const result = await runner.prepareJob(JOB);
    const text = log(result);
    expect(result.exitCode, text).to.equal(125);
    expect(text).to.match(/podhooks: kind=\w+ code=\w+ help=docs\/troubleshooting\.md#\w+/);
    expect(text).to.not.contain('The job pod is ready');
    return text;
  };
  const mounting = (volume: string) =>
    `spec: { volumes: [{ name: v, ${volume} }], containers: [{ name: $job, volumeMounts: [{ name: v, mountPath: /v }] }] }`;

  it('names a Secret of a volume that is not there', async () => {
    const text = await failure(mounting('secret: { secretName: no-such-secret }'));
    expect(text, text)
      .to.contain('volume v of pod')
      .and.contain('the Secret no-such-secret does not exist in namespace');
  });

  it('names a ConfigMap that may not be looked at, and the command that shows it', async () => {
    expect(await failure(mounting('configMap: { name: no-such-map }')))
      .to.contain('[POD_TIMEOUT] ')
      .and.contain('is there ConfigMap no-such-map (volume v)?')
      .and.contain('get configmaps/no-such-map');
  });

  it('shows the log of a sidecar that ends while something else in the pod is waited for', async () => {
    const side = '{ name: side, image: "alpine:3.20", command: [sh, -c, "echo no license; exit 3"] }';
    const probe = 'readinessProbe: { exec: { command: [cat, /up] }, periodSeconds: 1 }';
    const other = `{ name: other, image: "alpine:3.20", command: [sleep, infinity], ${probe} }`;
    expect(await failure(`spec: { containers: [${side}, ${other}] }`)).to.match(
      /container side of pod \S+ ended with exit code 3 \(Error: no license\)/,
    );
  });

  it('names a sidecar that has ended at the end of the job at the latest', async () => {
    const side = '{ name: side, image: "alpine:3.20", command: [sh, -c, "echo no license; exit 3"] }';
    await runner.writeFile(TEMPLATE_PATH, `spec: { containers: [${side}] }`);
    const prepared = await runner.prepareJob(JOB);
    // The kubelet looks at its containers every second.
    if (prepared.exitCode === 0) await runner.run({ run: 'sleep 3' });
    const texts = [log(prepared), log(await runner.cleanupJob())];
    expect(texts.join('')).to.match(/container side of pod \S+ ended with exit code 3/);
  });

  it('shows the log of an init container that fails', async () => {
    const template =
      'spec: { initContainers: [{ name: fetch, image: "alpine:3.20", command: [sh, -c, "echo no route; exit 4"] }] }';
    expect(await failure(template)).to.match(
      /container fetch of pod \S+ ended with exit code 4 \(Error: no route\)/,
    );
  });

  it('waits for the readiness probe of a sidecar, and names it', async () => {
    const probe = 'readinessProbe: { exec: { command: [cat, /up] }, periodSeconds: 1 }';
    const template = `spec: { containers: [{ name: side, image: "alpine:3.20", command: [sleep, infinity], ${probe} }] }`;
    expect(await failure(template)).to.contain(
      'container side runs and is not ready: its readiness probe (exec cat /up) has not succeeded',
    );
  });

  it('names a mount without a volume by its place in the template', async () => {
    const template = 'spec:\n  containers:\n  - name: $job\n    volumeMounts: [{ name: w, mountPath: /w }]';
    expect(await failure(template)).to.contain('the pod has no volume w; add it to spec.volumes');
  });

  it('names a LimitRange', async () => {
    const limits = [{ type: 'Container', min: { memory: '64Mi' } }];
    const range = { apiVersion: 'v1', kind: 'LimitRange', metadata: { name: 'small' }, spec: { limits } };
    await kubectl(['-n', runner.namespace, 'create', '-f', '-'], JSON.stringify(range));
    try {
      const text = await failure('spec: {}');
      expect(text, text).to.contain('A LimitRange of the namespace refuses');
    } finally {
      await runner.kubectl('delete', 'limitrange', 'small');
    }
  });
});

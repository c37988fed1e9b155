import { expect } from 'chai';
import { leftovers, log, podRunner } from './support.js';
import type { Pod } from '../runner/kubernetes-types.js';
import type { PodRunner } from '../runner/pod-runner.js';

/** The runner pod of `volume` mode with an account's identity, annotations and a pull secret of its own. */
const identity = (pod: Pod): Pod => ({
  ...pod,
  metadata: {
    ...pod.metadata,
    annotations: {
      'eks.example.com/role': 'arn:role',
      'kubernetes.io/psp': 'x',
      'actions.github.com/runner-group-name': 'g',
    },
  },
  ...(pod.spec && { spec: { ...pod.spec, imagePullSecrets: [{ name: 'company-registry' }] } }),
});

const TEMPLATE = `
metadata:
  annotations: { example.com/from: "template of \${GITHUB_REPOSITORY}" }
spec:
  serviceAccountName: default
  imagePullSecrets: [{ name: template-registry }]
  containers:
    - name: $job
      env: [{ name: FROM_TEMPLATE, value: "yes" }, { name: BOTH, value: template }]
      resources: { requests: { cpu: 50m } }
    - name: side-car
      image: busybox:1.36
      command: [sh, -c, 'trap "exit 0" TERM; sleep 3600 & wait']
`;

async function jobPodOf(runner: PodRunner): Promise<Pod> {
  const { pods } = await runner.objects();
  expect(pods).to.have.length(1);
  return pods[0]!;
}

describe('identity and template', () => {
  it('gives the job pod the runner’s account without its token, its annotations and its pull secrets', async () => {
    const runner = await podRunner('volume', { podPatch: identity });
    const result = await runner.prepareJob({ container: { image: 'debian:12' } });
    expect(result.exitCode, log(result)).to.equal(0);
    const { metadata, spec } = await jobPodOf(runner);
    expect(spec?.serviceAccountName).to.equal('arc-k8s-gha-rs-kube-mode');
    expect(spec?.imagePullSecrets).to.deep.equal([{ name: 'company-registry' }]);
    expect(metadata?.annotations).to.include({ 'eks.example.com/role': 'arn:role' });
    expect(metadata?.annotations).to.not.have.any.keys(
      'kubernetes.io/psp',
      'actions.github.com/runner-group-name',
    );
    const token = await runner.run({ run: 'ls /var/run/secrets/kubernetes.io/serviceaccount' });
    expect(token.exitCode, log(token)).to.equal(2);
    await runner.cleanupJob();
    await runner.close();
  });

  it('lets the template win, and joins what has keys', async () => {
    const file = '/home/runner/template.yaml';
    const runner = await podRunner('volume', {
      podPatch: identity,
      env: { ACTIONS_RUNNER_CONTAINER_HOOK_TEMPLATE: file },
    });
    await runner.writeFile(file, TEMPLATE);
    const result = await runner.prepareJob({
      container: { image: 'debian:12', env: { BOTH: 'workflow', MINE: 'workflow' } },
    });
    expect(result.exitCode, log(result)).to.equal(0);
    const { metadata, spec } = await jobPodOf(runner);
    expect(spec?.serviceAccountName).to.equal('default');
    expect(spec?.imagePullSecrets).to.deep.equal([
      { name: 'company-registry' },
      { name: 'template-registry' },
    ]);
    expect(metadata?.annotations).to.include({
      'example.com/from': 'template of octo-org/hello-world',
      'eks.example.com/role': 'arn:role',
    });
    expect(spec?.containers.map(({ name }) => name)).to.deep.equal(['podhooks', 'job', 'side-car']);
    const step = await runner.run({ run: 'echo "$FROM_TEMPLATE $BOTH $MINE"' });
    expect(log(step)).to.equal('yes template workflow\n\n[exit code 0]');
    await runner.cleanupJob();
    await runner.close();
  });

  it('refuses a wrong template with file, line and the likely spelling, before any object is made', async () => {
    const file = '/home/runner/template.yaml';
    const runner = await podRunner('novolume', { env: { ACTIONS_RUNNER_CONTAINER_HOOK_TEMPLATE: file } });
    await runner.writeFile(file, 'spec:\n  containers:\n    - name: $job\n      imagePullPolcy: Always\n');
    const result = await runner.prepareJob({ container: { image: 'debian:12' } });
    expect(result.exitCode).to.equal(125);
    expect(log(result))
      .to.contain('template.yaml:4')
      .and.contain('imagePullPolcy')
      .and.contain('imagePullPolicy');
    expect(await leftovers(runner)).to.deep.equal([]);
    await runner.close();
  });

  it('pulls a private image (on the cluster built from packages) with the credentials of the workflow, and names what is wrong without', async () => {
    const file = '/home/runner/template.yaml';
    const runner = await podRunner('novolume', { env: { ACTIONS_RUNNER_CONTAINER_HOOK_TEMPLATE: file } });
    // Once pulled, the image is on the node for everybody.
    await runner.writeFile(file, 'spec: { containers: [{ name: $app, imagePullPolicy: Always }] }');
    const image = 'registry.test/private/app:1';
    const bare = await runner.prepareJob({ container: { image: 'debian:12' }, services: [{ image }] });
    expect(log(bare))
      .to.contain(`the image ${image} of container app`)
      .and.contain('pull secrets of the pod: none');
    const credentials = { username: 'testbed', password: 'secret-of-the-testbed' };
    const job = { container: { image: 'debian:12' }, services: [{ image, credentials, options: '' }] };
    const result = await runner.prepareJob(job);
    // The image has no program that stays; that it was pulled shows in how it ends.
    expect(log(result)).to.not.contain('cannot be pulled').and.not.contain('secret-of-the-testbed');
    await runner.cleanupJob();
    expect(await leftovers(runner)).to.deep.equal([]);
    await runner.close();
  });
});

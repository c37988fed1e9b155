import { expect } from 'chai';
import { leftovers, log, podRunner, seenWhileRunning, UNTIL_SEEN } from './support.js';
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
    - name: sidecar
      image: busybox:1.36
      command: [sh, -c, 'trap "exit 0" TERM; sleep 3600 & wait']
`;

const TOKEN = '/var/run/secrets/kubernetes.io/serviceaccount';

/** What the webhooks of cloud providers add to a pod; here a template does. */
const CLOUD_IDENTITY = `
spec:
  serviceAccountName: cloud-builds
  automountServiceAccountToken: false
  volumes:
    - name: cloud-token
      projected:
        sources: [{ serviceAccountToken: { audience: cloud.example.com, expirationSeconds: 3600, path: token } }]
  containers:
    - name: $job
      env: [{ name: CLOUD_TOKEN_FILE, value: /var/run/secrets/cloud.example.com/token }]
      volumeMounts: [{ name: cloud-token, mountPath: /var/run/secrets/cloud.example.com, readOnly: true }]
`;

async function jobPodOf(runner: PodRunner): Promise<Pod> {
  const { pods } = await runner.objects();
  expect(pods).to.have.length(1);
  return pods[0]!;
}

/** The pod of a docker action, while that runs. */
async function stepPodOf(runner: PodRunner): Promise<Pod> {
  const action = { path: 'o/r/v1', image: 'alpine:3.20', entrypoint: '/bin/sh' };
  const { result, seen } = await seenWhileRunning(
    runner,
    { ...action, args: ['-c', UNTIL_SEEN], env: { BOTH: 'workflow' } },
    () => runner.objects(),
  );
  expect(result.exitCode, log(result)).to.equal(0);
  const pod = seen?.pods.find(({ metadata }) => metadata?.name?.includes('-step-'));
  expect(pod, log(result)).to.not.equal(undefined);
  return pod!;
}

describe('identity and template', () => {
  it('gives job pod and step pod the runner’s account without its token, its annotations and its pull secrets', async () => {
    const runner = await podRunner('volume', { podPatch: identity });
    const result = await runner.prepareJob({ container: { image: 'debian:12' } });
    expect(result.exitCode, log(result)).to.equal(0);
    for (const { metadata, spec } of [await jobPodOf(runner), await stepPodOf(runner)]) {
      expect(spec?.serviceAccountName).to.equal('arc-k8s-gha-rs-kube-mode');
      expect(spec?.imagePullSecrets).to.deep.equal([{ name: 'company-registry' }]);
      expect(metadata?.annotations).to.include({ 'eks.example.com/role': 'arn:role' });
      expect(metadata?.annotations).to.not.have.any.keys(
        'kubernetes.io/psp',
        'actions.github.com/runner-group-name',
      );
      const mounts = spec?.containers.flatMap(({ volumeMounts = [] }) => volumeMounts) ?? [];
      expect(mounts.map(({ mountPath }) => mountPath)).to.not.include(TOKEN);
      expect(spec?.automountServiceAccountToken).to.equal(false);
    }
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
    const [job, step] = [await jobPodOf(runner), await stepPodOf(runner)];
    for (const { metadata, spec } of [job, step]) {
      expect(spec?.serviceAccountName).to.equal('default');
      expect(spec?.imagePullSecrets).to.deep.equal([
        { name: 'company-registry' },
        { name: 'template-registry' },
      ]);
      expect(metadata?.annotations).to.include({
        'example.com/from': 'template of octo-org/hello-world',
        'eks.example.com/role': 'arn:role',
      });
    }
    const names = ({ spec }: Pod) => spec?.containers.map(({ name }) => name);
    expect(names(job)).to.deep.equal(['podhooks', 'job', 'sidecar']);
    expect(names(step)).to.deep.equal(['job']);
    expect(step.spec?.containers[0]?.env).to.deep.include({ name: 'BOTH', value: 'template' });
    const script = await runner.run({ run: 'echo "$FROM_TEMPLATE $BOTH $MINE"' });
    expect(log(script)).to.equal('yes template workflow\n\n[exit code 0]');
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

  it('lets a step use a cloud identity as webhooks inject it: a projected token for that account and audience', async () => {
    const file = '/home/runner/template.yaml';
    const runner = await podRunner('novolume', { env: { ACTIONS_RUNNER_CONTAINER_HOOK_TEMPLATE: file } });
    await runner.kubectl('create', 'serviceaccount', 'cloud-builds');
    await runner.writeFile(file, CLOUD_IDENTITY);
    const result = await runner.prepareJob({ container: { image: 'debian:12' } });
    expect(result.exitCode, log(result)).to.equal(0);
    const step = await runner.run({ run: 'cut -d. -f2 "$CLOUD_TOKEN_FILE"; ls /var/run/secrets' });
    expect(step.exitCode, log(step)).to.equal(0);
    const [claims = '', ...folders] = step.stdout.toString('utf8').trim().split('\n');
    expect(JSON.parse(Buffer.from(claims, 'base64url').toString('utf8'))).to.deep.include({
      aud: ['cloud.example.com'],
      sub: `system:serviceaccount:${runner.namespace}:cloud-builds`,
    });
    expect(folders).to.deep.equal(['cloud.example.com']);
    await runner.cleanupJob();
    await runner.close();
  });

  it('names a service account that does not exist, and who wants it, and leaves nothing behind', async () => {
    const file = '/home/runner/template.yaml';
    const runner = await podRunner('novolume', { env: { ACTIONS_RUNNER_CONTAINER_HOOK_TEMPLATE: file } });
    await runner.writeFile(file, 'spec: { serviceAccountName: nobody }');
    const services = [{ image: 'redis:7', env: { A: 'b' } }];
    const result = await runner.prepareJob({ container: { image: 'debian:12' }, services });
    expect(result.exitCode).to.equal(125);
    expect(log(result)).to.contain(
      `The service account nobody of the job pod, named by the pod template, does not exist in namespace ${runner.namespace}.`,
    );
    expect(await leftovers(runner)).to.deep.equal([]);
    await runner.close();
  });

  it('tells of a service that ends right after its start, with the end of its log', async () => {
    const runner = await podRunner('novolume');
    // While a large file travels the service has been seen to run, and then, by a kubelet that looks once a second, to have ended.
    const large = `${runner.folders.workspace}/large`;
    await runner.exec(['truncate', '-s', '600M', large]);
    const service = {
      image: 'busybox:1.36',
      entrypoint: 'sh',
      command: '-c "echo no config >&2; exit 3"',
    };
    const result = await runner.prepareJob({ container: { image: 'debian:12' }, services: [service] });
    expect(result.exitCode, log(result)).to.equal(125);
    expect(log(result)).to.match(/container busybox of pod \S+ ended with exit code 3 \(Error: no config\)/);
    expect(await leftovers(runner)).to.deep.equal([]);
    await runner.close();
  });
});

import { expect } from 'chai';
import { leftovers, log, podRunner } from './support.js';
import type { Pod } from '../runner/kubernetes-types.js';
import type { PodRunner } from '../runner/pod-runner.js';
import type { HookResult } from '../runner/runner.js';

/** Of `latest` the kubelet asks the registry each time, whatever is on the node already. */
const IMAGE = 'registry.test/private/app:latest';
const LOGIN = { username: 'testbed', password: 'secret-of-the-testbed' };
/** The same image in another registry, for another user. */
const OTHER_IMAGE = 'other-registry.test/private/app:latest';
const OTHER_LOGIN = { username: 'other', password: 'other-secret-of-the-testbed' };

const TEMPLATE = '/home/runner/template.yaml';

const withPullSecrets =
  (...names: string[]) =>
  (pod: Pod): Pod => ({
    ...pod,
    ...(pod.spec && { spec: { ...pod.spec, imagePullSecrets: names.map((name) => ({ name })) } }),
  });

async function makePullSecret(runner: PodRunner, name: string, host: string, login = LOGIN): Promise<void> {
  const { username, password } = login;
  const options = [
    `--docker-server=${host}`,
    `--docker-username=${username}`,
    `--docker-password=${password}`,
  ];
  await runner.kubectl('create', 'secret', 'docker-registry', name, ...options);
}

/** A step in the job container shows a file that only the private image has. */
async function expectInside(runner: PodRunner, prepared: HookResult): Promise<void> {
  expect(prepared.exitCode, log(prepared)).to.equal(0);
  const step = await runner.run({ run: 'cat /private.txt' });
  expect(log(step)).to.equal('only with a password\n\n[exit code 0]');
}

async function pullSecretsOf(runner: PodRunner): Promise<(string | undefined)[]> {
  const { pods } = await runner.objects();
  return pods.flatMap(({ spec }) => spec?.imagePullSecrets ?? []).map(({ name }) => name);
}

function expectNoPassword(result: HookResult): void {
  expect(log(result)).to.not.match(/secret-of-the-testbed|not-the-password/);
}

describe('private images (on the cluster built from packages)', () => {
  it('are pulled with the pull secrets of the runner pod alone', async () => {
    const runner = await podRunner('novolume', { podPatch: withPullSecrets('company') });
    await makePullSecret(runner, 'company', 'registry.test');
    await expectInside(runner, await runner.prepareJob({ container: { image: IMAGE } }));
    expect(await pullSecretsOf(runner)).to.deep.equal(['company']);
    await runner.cleanupJob();
    expect(await leftovers(runner)).to.deep.equal(['Secret/company']);
    await runner.close();
  });

  it('are pulled with those of the default account only when the pod runs under it, which the error tells', async () => {
    const env = { ACTIONS_RUNNER_HOOK_INHERIT_SERVICE_ACCOUNT: 'false' };
    const runner = await podRunner('novolume', { env });
    await makePullSecret(runner, 'company', 'registry.test');
    const secrets = JSON.stringify({ imagePullSecrets: [{ name: 'company' }] });
    await runner.kubectl('patch', 'serviceaccount', 'default', '-p', secrets);
    await expectInside(runner, await runner.prepareJob({ container: { image: IMAGE } }));
    const token = 'test ! -e /var/run/secrets/kubernetes.io/serviceaccount/token && echo none';
    expect(log(await runner.run({ run: token }))).to.equal('none\n\n[exit code 0]');

    const other = await podRunner('novolume', { namespace: runner.namespace });
    const refused = await other.prepareJob({ container: { image: IMAGE } });
    expect(log(refused))
      .to.contain('[exit code 125]')
      .and.contain(
        'Pull secrets attached to the account default are not used, as the pod runs under the account arc-novolume-gha-rs-kube-mode',
      );
    await runner.close();
  });

  it('are pulled with the pull secrets of the template alone', async () => {
    const runner = await podRunner('volume', { env: { ACTIONS_RUNNER_CONTAINER_HOOK_TEMPLATE: TEMPLATE } });
    await runner.writeFile(TEMPLATE, 'spec: { imagePullSecrets: [{ name: of-template }] }');
    await makePullSecret(runner, 'of-template', 'https://registry.test');
    await expectInside(runner, await runner.prepareJob({ container: { image: IMAGE } }));
    expect(await pullSecretsOf(runner)).to.deep.equal(['of-template']);
    await runner.cleanupJob();
    expect(await leftovers(runner)).to.deep.equal(['Secret/of-template']);
    await runner.close();
  });

  it('are pulled with the credentials of the workflow alone, a service from another registry with its own', async () => {
    const runner = await podRunner('novolume');
    const container = { image: IMAGE, credentials: LOGIN };
    const services = [{ image: OTHER_IMAGE, credentials: OTHER_LOGIN, env: { TOKEN: 'x' } }];
    const prepared = await runner.prepareJob({ container, services });
    await expectInside(runner, prepared);
    expectNoPassword(prepared);
    const { pods, secrets } = await runner.objects();
    const state = pods[0]?.status?.containerStatuses?.find(({ name }) => name === 'app')?.state;
    // Pulled, that is; it ends by itself at some moment after its start.
    expect(state).to.have.any.keys('running', 'terminated');
    expect(state?.terminated?.exitCode ?? 0).to.equal(0);
    // One for both registries, and one for the variables of the service.
    expect(secrets.map(({ type }) => type)).to.have.members(['kubernetes.io/dockerconfigjson', 'Opaque']);
    for (const { metadata } of secrets) {
      expect(metadata?.labels).to.include({ 'runner-pod': runner.podName });
      expect(metadata?.ownerReferences?.map(({ kind, name }) => `${kind}/${name}`)).to.deep.equal([
        `Pod/${runner.podName}`,
      ]);
    }
    await runner.cleanupJob();
    expect(await leftovers(runner)).to.deep.equal([]);
    await runner.close();
  });

  it('keep apart two users of one registry', async () => {
    const runner = await podRunner('novolume');
    const container = { image: IMAGE, credentials: LOGIN };
    const services = [{ image: IMAGE, credentials: { ...OTHER_LOGIN } }];
    await expectInside(runner, await runner.prepareJob({ container, services }));
    expect(await pullSecretsOf(runner)).to.have.length(2);
    await runner.cleanupJob();
    expect(await leftovers(runner)).to.deep.equal([]);
    await runner.close();
  });

  it('are pulled with all of them joined, whichever is the right one', async () => {
    const runner = await podRunner('volume', {
      podPatch: withPullSecrets('company'),
      env: { ACTIONS_RUNNER_CONTAINER_HOOK_TEMPLATE: TEMPLATE },
    });
    await runner.writeFile(TEMPLATE, 'spec: { imagePullSecrets: [{ name: of-template }] }');
    await makePullSecret(runner, 'company', 'other-registry.test', OTHER_LOGIN);
    await makePullSecret(runner, 'of-template', 'registry.test', { ...LOGIN, password: 'not-the-password' });
    const services = [{ image: OTHER_IMAGE }];
    const prepared = await runner.prepareJob({ container: { image: IMAGE, credentials: LOGIN }, services });
    await expectInside(runner, prepared);
    const names = await pullSecretsOf(runner);
    expect(names).to.have.length(3).and.include.members(['company', 'of-template']);
    await runner.cleanupJob();
    expect(await leftovers(runner)).to.have.members(['Secret/company', 'Secret/of-template']);
    await runner.close();
  });

  it('that cannot be pulled are named with registry and secrets, those that do not exist in a warning', async () => {
    const runner = await podRunner('novolume', { podPatch: withPullSecrets('gone', 'elsewhere') });
    await makePullSecret(runner, 'elsewhere', 'other-registry.test', OTHER_LOGIN);
    const result = await runner.prepareJob({ container: { image: IMAGE } });
    expect(result.exitCode, log(result)).to.equal(125);
    expect(log(result))
      .to.contain(`the image ${IMAGE} of container job`)
      .and.contain('cannot be pulled from registry.test')
      .and.contain('Pull secrets of the pod: gone (does not exist), elsewhere (has no credentials for it).');
    const warnings = result.commands.filter(({ name }) => name === 'warning').map(({ data }) => data);
    expect(warnings).to.deep.equal([
      `The pull secret gone of the job pod does not exist in namespace ${runner.namespace}.`,
    ]);
    expectNoPassword(result);
    expect(await leftovers(runner)).to.deep.equal(['Secret/elsewhere']);
    await runner.close();
  });

  it('whose password is wrong say so, without showing it', async () => {
    const runner = await podRunner('novolume');
    const credentials = { ...LOGIN, password: 'not-the-password' };
    const result = await runner.prepareJob({ container: { image: IMAGE, credentials } });
    expect(result.exitCode, log(result)).to.equal(125);
    expect(log(result)).to.match(
      /registry\.test refused the credentials in \S+-registry-1-\w+: correct user and password/,
    );
    expectNoPassword(result);
    expect(await leftovers(runner)).to.deep.equal([]);
    await runner.close();
  });
});

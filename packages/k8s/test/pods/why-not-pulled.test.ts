import { expect } from 'chai';
import { whyNotPulled } from '../../src/pods/why-not-pulled.js';
import type { Secret } from '../../src/model/kubernetes.js';
import { commandContext } from '../support/command-context.js';
import { FakeCluster, refusal } from '../support/fake-cluster.js';
import { pod } from '../support/pod.js';

const base64 = (value: unknown) =>
  Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)).toString('base64');
const secret = (name: string, data: Record<string, string>): Secret => ({ metadata: { name }, data });
const login = { username: 'octo-user', password: 'hunter2' };
const pullSecret = (name: string, ...hosts: string[]) =>
  secret(name, {
    '.dockerconfigjson': base64({ auths: Object.fromEntries(hosts.map((host) => [host, login])) }),
  });

const UNAUTHORIZED = 'unexpected status from HEAD request: 401 Unauthorized';
const NO_CREDENTIALS = 'pull access denied, repository does not exist or may require authorization';

/** What is said about an image of ghcr.io that cannot be pulled, to a pod with these secrets. */
async function said(
  secrets: Secret[] | Error,
  named: string[],
  message = UNAUTHORIZED,
  serviceAccountName = 'default',
) {
  const cluster = new FakeCluster();
  cluster.secrets = secrets;
  const { context, out } = commandContext(cluster);
  const unpulled = pod().withSpec({ serviceAccountName, imagePullSecrets: named.map((name) => ({ name })) });
  const hint = await whyNotPulled('job', unpulled.build(), 'ghcr.io/octo/app:1', message, context);
  return { hint, warnings: out.warnings, requests: cluster.requests };
}

describe('whyNotPulled', () => {
  it('says that there are no pull secrets, without asking for any', async () => {
    expect(await said([], [], NO_CREDENTIALS)).to.deep.equal({
      hint: 'Check that the image exists in ghcr.io, and that the pod has credentials for it if it is private. Pull secrets of the pod: none.',
      warnings: [],
      requests: [],
    });
  });

  it('warns of a pull secret that does not exist, by its name', async () => {
    const { hint, warnings } = await said([pullSecret('company', 'quay.io')], ['company', 'gone']);
    expect(warnings).to.deep.equal(['The pull secret gone of the job pod does not exist in namespace ci.']);
    expect(hint).to.match(
      /Pull secrets of the pod: company \(has no credentials for it\), gone \(does not exist\)\.$/,
    );
  });

  it('says whose credentials were refused, and shows none of them', async () => {
    const { hint } = await said([pullSecret('company', 'https://ghcr.io/v1/', 'quay.io')], ['company']);
    expect(hint).to.equal(
      'ghcr.io refused the credentials in company: correct user and password, or the rights of the user. Pull secrets of the pod: company (has credentials for it).',
    );
  });

  const NOT_USED =
    /Pull secrets attached to the account default are not used, as the pod runs under the account ci: attach them to ci, or set ACTIONS_RUNNER_HOOK_INHERIT_SERVICE_ACCOUNT=false\.$/;

  it('says that the pull secrets of the default account are not those of the pod', async () => {
    for (const message of [NO_CREDENTIALS, UNAUTHORIZED])
      expect((await said([pullSecret('other', 'quay.io')], ['other'], message, 'ci')).hint).to.match(
        NOT_USED,
      );
  });

  it('says nothing of the default account where the pod runs under it, or where credentials were refused', async () => {
    const company = [pullSecret('company', 'ghcr.io')];
    for (const { hint } of [
      await said([], [], NO_CREDENTIALS),
      await said([], [], 'manifest unknown: not found', 'ci'),
      await said(company, ['company'], UNAUTHORIZED, 'ci'),
    ])
      expect(hint).to.not.contain('account');
  });

  it('does not blame the credentials for an image that does not exist', async () => {
    const { hint } = await said(
      [pullSecret('company', 'ghcr.io')],
      ['company'],
      'manifest unknown: not found',
    );
    expect(hint).to.match(/^Check that the image exists in ghcr\.io/);
  });

  it('bears with a runner that may not read secrets', async () => {
    const { hint, warnings } = await said(refusal(403, 'forbidden'), ['company']);
    expect(hint).to.match(/company \(may not be read by the runner\)\.$/);
    expect(warnings).to.deep.equal([]);
  });

  const ODD: readonly [title: string, data: Record<string, string>][] = [
    ['another kind', { password: base64('x') }],
    ['invalid JSON', { '.dockerconfigjson': base64('{"auths":') }],
    ['no object', { '.dockerconfigjson': base64('null') }],
  ];
  for (const [title, data] of ODD)
    it(`takes a secret of ${title} for one without credentials`, async () => {
      expect((await said([secret('odd', data)], ['odd'])).hint).to.contain('odd (has no credentials for it)');
    });

  it('reads the older kind of pull secret', async () => {
    const old = secret('old', { '.dockercfg': base64({ 'ghcr.io': login }) });
    expect((await said([old], ['old'])).hint).to.contain('ghcr.io refused the credentials in old');
  });
});

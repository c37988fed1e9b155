import { expect } from 'chai';
import type { RegistryCredentials } from '@podhooks/hooklib';
import { EnvironmentSecret, registrySecrets } from '../../src/pod/secrets.js';
import { hookContainer } from '../support/containers.js';

const metadata = { labels: { 'runner-pod': 'r' } };
const decode = (text = '') => Buffer.from(text, 'base64').toString('utf8');

/** Names of the secrets, and who logs in where by each of them. */
function logins(...registries: (RegistryCredentials | null)[]) {
  return registrySecrets(
    registries.map((registry) => hookContainer({ registry })),
    metadata,
    (number) => `r-registry-${number}`,
  ).map((secret) => {
    const config: unknown = JSON.parse(decode(secret.data?.['.dockerconfigjson']));
    return [secret.metadata?.name, config];
  });
}

const user = (serverUrl: string, username = 'u', password = 'p') => ({ serverUrl, username, password });
const auth = (username = 'u', password = 'p') => ({
  username,
  password,
  auth: Buffer.from(`${username}:${password}`).toString('base64'),
});

describe('registrySecrets', () => {
  const HUB = 'https://index.docker.io/v1/';
  const CASES: readonly [title: string, registries: (RegistryCredentials | null)[], secrets: object[]][] = [
    ['no credentials', [null, null], []],
    ['one registry', [user('ghcr.io')], [{ 'ghcr.io': auth() }]],
    ['Docker Hub without a name', [user('')], [{ [HUB]: auth() }]],
    ['Docker Hub by its name', [user('docker.io')], [{ [HUB]: auth() }]],
    ['the same user twice', [user('ghcr.io'), null, user('ghcr.io')], [{ 'ghcr.io': auth() }]],
    [
      'several registries',
      [user('ghcr.io'), user('', 'hub', 'é"')],
      [{ 'ghcr.io': auth(), [HUB]: auth('hub', 'é"') }],
    ],
    [
      'several users of one registry',
      [user('ghcr.io', 'a'), user('ghcr.io', 'b'), user('quay.io', 'c'), user('ghcr.io', 'b')],
      [{ 'ghcr.io': auth('a'), 'quay.io': auth('c') }, { 'ghcr.io': auth('b') }],
    ],
    [
      'one user with two passwords',
      [user('ghcr.io', 'a', '1'), user('ghcr.io', 'a', '2')],
      [{ 'ghcr.io': auth('a', '1') }, { 'ghcr.io': auth('a', '2') }],
    ],
  ];
  for (const [title, registries, secrets] of CASES)
    it(`makes ${secrets.length} for ${title}`, () => {
      expect(logins(...registries)).to.deep.equal(
        secrets.map((auths, index) => [`r-registry-${index + 1}`, { auths }]),
      );
    });

  it('makes secrets that a kubelet takes, with the given metadata', () => {
    const [secret] = registrySecrets(
      [hookContainer({ registry: user('ghcr.io') })],
      metadata,
      (number) => `r-registry-${number}`,
    );
    expect(secret).to.deep.include({
      apiVersion: 'v1',
      kind: 'Secret',
      type: 'kubernetes.io/dockerconfigjson',
      metadata: { labels: { 'runner-pod': 'r' }, name: 'r-registry-1' },
    });
  });
});

describe('EnvironmentSecret', () => {
  it('is not made for containers without variables', () => {
    const secret = new EnvironmentSecret(metadata, 's');
    expect(secret.variables('redis', {})).to.deep.equal([]);
    expect(secret.secrets()).to.deep.equal([]);
  });

  it('holds the values; the variables name their keys only', () => {
    const secret = new EnvironmentSecret(metadata, 's');
    const variables = [
      ...secret.variables('a', { 'X-Y': "it's é\n", EMPTY: '' }),
      ...secret.variables('b', { 'X-Y': 'other' }),
    ];
    const [made] = secret.secrets();
    expect(made).to.deep.include({ type: 'Opaque', metadata: { labels: { 'runner-pod': 'r' }, name: 's' } });
    expect(variables.map(({ name, valueFrom }) => [name, valueFrom?.secretKeyRef?.name])).to.deep.equal([
      ['X-Y', 's'],
      ['EMPTY', 's'],
      ['X-Y', 's'],
    ]);
    const keys = variables.map(({ valueFrom }) => valueFrom?.secretKeyRef?.key ?? '');
    for (const key of keys) expect(key).to.match(/^[-._a-zA-Z0-9]+$/);
    expect(keys.map((key) => decode(made?.data?.[key]))).to.deep.equal(["it's é\n", '', 'other']);
    expect(JSON.stringify(variables)).to.not.contain('other');
  });
});

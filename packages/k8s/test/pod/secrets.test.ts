import { expect } from 'chai';
import type { RegistryCredentials } from '@podhooks/hooklib';
import { EnvironmentSecret, registrySecrets } from '../../src/pod/secrets.js';
import { hookErrorOf } from '../../../hooklib/test/hook-error.js';
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
    [
      'Docker Hub by all of its names',
      [user(''), user('docker.io'), user('index.docker.io'), user('https://index.docker.io/v1/')],
      [{ [HUB]: auth() }],
    ],
    [
      'two users of Docker Hub under two names',
      [user('', 'a'), user('index.docker.io', 'b')],
      [{ [HUB]: auth('a') }, { [HUB]: auth('b') }],
    ],
    [
      'a registry on two ports',
      [user('host:5000', 'a'), user('host:5001', 'b')],
      [{ 'host:5000': auth('a'), 'host:5001': auth('b') }],
    ],
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
    const secret = new EnvironmentSecret(metadata, 's', 'services');
    expect(secret.variables('redis', {})).to.deep.equal([]);
    expect(secret.secrets()).to.deep.equal([]);
  });

  it('refuses a value that no container can be started with, and shows nothing of it', () => {
    const secret = new EnvironmentSecret(metadata, 's', 'services');
    const fits = 'v'.repeat(131_071 - 'BIG='.length);
    expect(secret.variables('redis', { BIG: fits })).to.have.length(1);
    const { message } = hookErrorOf('INPUT_INVALID', () => secret.variables('redis', { BIG: `${fits}v` }));
    expect(message).to.equal(
      'The environment variable BIG of service redis is too large: 131072 bytes, and the kernel takes 131071.',
    );
  });

  it('speaks of the action where it is one', () => {
    const secret = new EnvironmentSecret(metadata, 's', 'action');
    const { message } = hookErrorOf('INPUT_INVALID', () =>
      secret.variables('job', { BIG: 'v'.repeat(131_072) }),
    );
    expect(message).to.contain('The environment variable BIG of the action is too large');
  });

  it('refuses more than a Secret holds, and says which service it is of', () => {
    const many = (count: number) =>
      Object.fromEntries(Array.from({ length: count }, (_, index) => [`V${index}`, 'é'.repeat(32 * 1024)]));
    const secret = new EnvironmentSecret(metadata, 's', 'services');
    secret.variables('redis', many(7));
    secret.variables('postgres', many(9));
    expect(secret.secrets()).to.have.length(1);
    secret.variables('postgres', { ONE: 'v' });
    const { message } = hookErrorOf('INPUT_INVALID', () => secret.secrets());
    expect(message).to.equal(
      'The environment of the services is too large: 1048577 bytes, and a Secret holds 1048576. postgres has 589825 bytes, redis has 458752 bytes.',
    );
  });

  it('holds the values; the variables name their keys only', () => {
    const secret = new EnvironmentSecret(metadata, 's', 'services');
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

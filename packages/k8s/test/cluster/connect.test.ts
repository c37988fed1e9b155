import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { ApiClient } from '../../src/cluster/client.js';
import { connect } from '../../src/cluster/connect.js';
import { connectWithKubeconfig } from '../../src/cluster/kubeconfig.js';
import { ApiServer, json } from '../support/api-server.js';
import { hookRejection } from '../support/rejection.js';

describe('the connection to the API server', () => {
  let folder: string;
  let api: ApiServer;
  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'podhooks-connect-'));
    api = await ApiServer.start();
  });
  afterEach(async () => {
    rmSync(folder, { recursive: true });
    await api.close();
  });

  /** A kubeconfig of this test's server, with this user. */
  const kubeconfig = (
    user: object,
    context: object = { cluster: 'c', user: 'u', namespace: 'from-context' },
  ) => {
    const path = join(folder, 'kubeconfig');
    const config = {
      apiVersion: 'v1',
      kind: 'Config',
      'current-context': 'x',
      clusters: [
        {
          name: 'c',
          cluster: {
            server: `${api.url}/`,
            'certificate-authority-data': Buffer.from(api.ca).toString('base64'),
          },
        },
      ],
      users: [{ name: 'u', user }],
      contexts: [{ name: 'x', context }],
    };
    writeFileSync(path, JSON.stringify(config));
    return path;
  };

  it('uses the current context of a kubeconfig, and its authority', async () => {
    const connection = await connectWithKubeconfig(kubeconfig({ token: 'from-file' }), undefined);
    expect(connection.server).to.equal(api.url);
    expect(connection.namespace).to.equal('from-context');
    api.answers = [json(200, {})];
    const client = new ApiClient(connection, { budgetMs: 0 });
    for (let i = 0; i < 3; i++)
      await client.send({ method: 'GET', path: '/version' }, new AbortController().signal);
    expect(api.requests.map(({ headers }) => headers.authorization)).to.deep.equal(
      Array(3).fill('Bearer from-file'),
    );
    expect(api.connections).to.equal(1);
    connection.agent.destroy();
  });

  it('logs in without a token where the kubeconfig has none', async () => {
    const connection = await connectWithKubeconfig(kubeconfig({}), undefined);
    expect(await connection.authorization()).to.deep.equal({});
  });

  it('refuses a kubeconfig that is missing, by its name', async () => {
    const path = join(folder, 'nowhere');
    const error = await hookRejection('API_UNAUTHORIZED', connectWithKubeconfig(path, undefined));
    expect(error.message).to.contain(path);
    expect(error.hint).to.contain('KUBECONFIG');
  });

  it('refuses a kubeconfig whose context has no cluster', async () => {
    const path = kubeconfig({}, { cluster: 'other', user: 'u' });
    const error = await hookRejection('API_UNAUTHORIZED', connectWithKubeconfig(path, undefined));
    expect(error.message).to.contain('no current context with a cluster');
  });

  const logIn = (folderOfProgram: string, command: string, env: object[] = []) => {
    const program = join(folderOfProgram, 'log-in');
    const credential =
      '{"apiVersion":"client.authentication.k8s.io/v1","kind":"ExecCredential","status":{"token":"';
    writeFileSync(program, `#!/bin/sh\necho '${credential}'"$PATH"'"}}'\n`, { mode: 0o755 });
    return kubeconfig({ exec: { apiVersion: 'client.authentication.k8s.io/v1', command, env } });
  };

  for (const [title, user] of [
    ['exec', { exec: { apiVersion: 'client.authentication.k8s.io/v1', command: 'log-in' } }],
    ['a relative path', { exec: { apiVersion: 'client.authentication.k8s.io/v1', command: './log-in' } }],
    ['an older auth provider', { 'auth-provider': { name: 'gcp', config: { 'cmd-path': 'gcloud' } } }],
  ] as const)
    it(`starts no program by its bare name: ${title}`, async () => {
      const error = await hookRejection(
        'SETTINGS_INVALID',
        connectWithKubeconfig(kubeconfig(user), undefined),
      );
      expect(error.message).to.contain('not an absolute path');
      expect(error.hint).to.contain('absolute path');
    });

  it('starts a program to log in with a PATH that no workflow has a part in', async () => {
    const before = process.env['PATH'];
    process.env['PATH'] = `/from/the/workflow:${before ?? ''}`;
    try {
      const connection = await connectWithKubeconfig(logIn(folder, join(folder, 'log-in')), undefined);
      const { authorization } = await connection.authorization();
      expect(authorization)
        .to.match(/^Bearer \/usr\/local\/sbin:/)
        .and.not.contain('/from/the/workflow');
    } finally {
      process.env['PATH'] = before;
    }
  });

  it('refuses to run outside of a pod without a kubeconfig', async () => {
    const error = await hookRejection(
      'API_UNAUTHORIZED',
      connect({ kubeconfig: undefined, inCluster: undefined, certificate: undefined }),
    );
    expect(error.hint).to.contain('KUBECONFIG');
  });
});

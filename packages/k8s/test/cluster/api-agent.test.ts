import { expect } from 'chai';
import { ConnectionError } from '../../src/cluster/api-error.js';
import { ApiAgent } from '../../src/cluster/api-agent.js';
import { ApiClient } from '../../src/cluster/client.js';
import type { Connection } from '../../src/cluster/connection.js';
import { ApiServer, json } from '../support/api-server.js';
import { rejection } from '../support/rejection.js';

describe('ApiAgent', () => {
  let api: ApiServer;
  beforeEach(async () => {
    api = await ApiServer.start();
    api.answers = [json(200, {})];
  });
  afterEach(() => api.close());

  const ask = (connection: Connection) =>
    new ApiClient(connection, { budgetMs: 0 }).send(
      { method: 'GET', path: '/version' },
      new AbortController().signal,
    );

  it('keeps the fingerprint of a certificate that it has verified', async () => {
    const connection = api.connection();
    expect(connection.agent.certificate).to.equal(undefined);
    await ask(connection);
    expect(connection.agent.certificate).to.match(/^([0-9A-F]{2}:){31}[0-9A-F]{2}$/);
  });

  it('recognises that certificate without its authority', async () => {
    const first = api.connection();
    await ask(first);
    const agent = new ApiAgent({}, first.agent.certificate);
    await ask({ ...first, agent });
    expect(api.requests).to.have.length(2);
    agent.destroy();
  });

  it('verifies another certificate in the ordinary way', async () => {
    const known = 'AA:BB';
    const connection = api.connection(known);
    await ask(connection);
    expect(api.requests).to.have.length(1);
    expect(connection.agent.certificate).to.not.equal(known);
  });

  it('sends nothing to a server that it neither knows nor can verify', async () => {
    const agent = new ApiAgent({}, 'AA:BB');
    const error = await rejection(ConnectionError, ask({ ...api.connection(), agent }));
    expect(error.message).to.contain('self-signed certificate');
    expect(api.requests).to.have.length(0);
  });
});

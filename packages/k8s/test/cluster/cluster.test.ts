import { expect } from 'chai';
import { ApiError, MalformedAnswerError } from '../../src/cluster/api-error.js';
import { ApiClient } from '../../src/cluster/client.js';
import { Cluster } from '../../src/cluster/cluster.js';
import { isAlreadyExists, isNotFound } from '../../src/cluster/failures.js';
import { collect } from '../../src/cluster/collect.js';
import { ApiServer, json } from '../support/api-server.js';
import { hookRejection, rejection } from '../support/rejection.js';
import { until } from '../support/until.js';

const never = new AbortController().signal;
const pod = { metadata: { name: 'a' }, spec: { containers: [] } };

describe('Cluster', () => {
  let api: ApiServer;
  let cluster: Cluster;
  beforeEach(async () => {
    api = await ApiServer.start();
    cluster = new Cluster(new ApiClient(api.connection(), { budgetMs: 0 }), 'ci', {
      periodMs: 60_000,
      deadlineMs: 60_000,
    });
  });
  afterEach(() => api.close());

  const request = () => {
    const { method, path, query, body } = api.requests.at(-1) ?? {};
    return [method, path, Object.fromEntries(query ?? []), body];
  };

  it('gets a pod', async () => {
    api.answers = [json(200, pod)];
    expect(await cluster.getPod('a', never)).to.deep.equal(pod);
    expect(request()).to.deep.equal(['GET', '/api/v1/namespaces/ci/pods/a', {}, undefined]);
  });

  it('sends a name as one segment of the path, whatever it holds', async () => {
    api.answers = [json(200, pod)];
    const forged = 'x/exec?container=runner&command=id';
    await cluster.getPod(forged, never);
    expect(request().slice(0, 3)).to.deep.equal([
      'GET',
      `/api/v1/namespaces/ci/pods/${encodeURIComponent(forged)}`,
      {},
    ]);
  });

  for (const name of ['', '.', '..'])
    it(`sends no request for the name "${name}"`, async () => {
      api.answers = [json(200, pod)];
      const handlers = { onStdout: () => undefined, onStderr: () => undefined };
      const log = {
        container: 'job',
        follow: false,
        since: undefined,
        silenceMs: 1000,
        onBytes: () => undefined,
      };
      const attempts = [
        () => cluster.getPod(name, never),
        () => cluster.getSecret(name, never),
        () => cluster.delete('pods', name, never),
        () => cluster.readLog(name, log, never),
        () => cluster.exec(name, 'job', ['sh'], handlers),
      ];
      for (const attempt of attempts) {
        const error = await hookRejection('API_REFUSED', attempt());
        expect(error.message).to.contain(JSON.stringify(name));
      }
      expect(api.requests).to.deep.equal([]);
    });

  it('takes nothing else for a pod', async () => {
    api.answers = [json(200, { kind: 'Status' })];
    await rejection(MalformedAnswerError, cluster.getPod('a', never));
  });

  it('makes pods with strict validation, unknown fields included, and gives warnings', async () => {
    api.answers = [json(201, pod, { warning: '299 - "old field"' })];
    const sent = { ...pod, spec: { containers: [], imagePullPolcy: 'x' } };
    expect(await cluster.createPod(sent, never)).to.deep.equal({ object: pod, warnings: ['old field'] });
    expect(request()).to.deep.equal([
      'POST',
      '/api/v1/namespaces/ci/pods',
      { fieldValidation: 'Strict' },
      sent,
    ]);
  });

  it('makes secrets with strict validation', async () => {
    api.answers = [json(201, {})];
    await cluster.createSecret({ metadata: { name: 's' } }, never);
    expect(request()).to.deep.equal([
      'POST',
      '/api/v1/namespaces/ci/secrets',
      { fieldValidation: 'Strict' },
      { metadata: { name: 's' } },
    ]);
  });

  it('lists by label', async () => {
    api.answers = [json(200, { items: [pod, { metadata: {} }, 'x'] })];
    expect(await cluster.listPods('runner-pod=r', never)).to.deep.equal([pod]);
    expect(request()).to.deep.equal([
      'GET',
      '/api/v1/namespaces/ci/pods',
      { labelSelector: 'runner-pod=r' },
      undefined,
    ]);
    api.answers = [json(200, { items: [{ metadata: { name: 's' } }] })];
    expect(await cluster.listSecrets('runner-pod=r', never)).to.deep.equal([{ metadata: { name: 's' } }]);
  });

  it('takes nothing else for a list', async () => {
    api.answers = [json(200, { items: 'x' })];
    await rejection(MalformedAnswerError, cluster.listPods('a=b', never));
  });

  it('deletes at once', async () => {
    api.answers = [json(200, {})];
    await cluster.delete('secrets', 's', never);
    expect(request()).to.deep.equal([
      'DELETE',
      '/api/v1/namespaces/ci/secrets/s',
      { gracePeriodSeconds: '0' },
      undefined,
    ]);
  });

  it('is content when what it deletes is gone already, and only then', async () => {
    api.answers = [json(404, { message: 'not found' }), json(403, { message: 'forbidden' })];
    await cluster.delete('pods', 'a', never);
    const error = await rejection(ApiError, cluster.delete('pods', 'a', never));
    expect(error.status.code).to.equal(403);
  });

  it('knows what is missing from what is there already', async () => {
    api.answers = [json(404, {}), json(409, {})];
    const missing = await rejection(ApiError, cluster.getPod('a', never));
    const there = await rejection(ApiError, cluster.createPod(pod, never));
    expect([isNotFound(missing), isAlreadyExists(missing)]).to.deep.equal([true, false]);
    expect([isNotFound(there), isAlreadyExists(there)]).to.deep.equal([false, true]);
  });

  it('collects what a short command prints', async () => {
    let input = '';
    api.onExec = (socket) => {
      socket.once('message', (data: Buffer) => {
        input = data.subarray(1).toString();
        socket.send(Buffer.from('\u0001out'));
        socket.send(Buffer.from('\u0002err'));
        socket.send(Buffer.from('\u0001put'));
        socket.send(Buffer.from('\u0003{"status":"Success"}'));
        socket.close();
      });
    };
    const collected = await collect(cluster, 'a', 'job', ['sh'], 'the text', never);
    expect(collected).to.deep.equal({ exitCode: 0, stdout: 'output', stderr: 'err' });
    expect(input).to.equal('the text');
    expect(api.requests.at(-1)?.query.getAll('command')).to.deep.equal(['sh']);
  });

  it('leaves a command when it is cancelled', async () => {
    let open = false;
    api.onExec = (socket) => {
      open = true;
      socket.on('close', () => (open = false));
    };
    const controller = new AbortController();
    const collected = rejection(Error, collect(cluster, 'a', 'job', ['sh'], '', controller.signal));
    await until(() => open);
    controller.abort();
    expect((await collected).name).to.equal('AbortError');
    await until(() => !open);
  });

  it('leaves a command that it was not yet connected to when it was cancelled', async () => {
    let closed = false;
    api.onExec = (socket) => socket.on('close', () => (closed = true));
    const controller = new AbortController();
    const collected = rejection(Error, collect(cluster, 'a', 'job', ['sh'], '', controller.signal));
    controller.abort();
    expect((await collected).name).to.equal('AbortError');
    await until(() => closed);
  });
});

import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { ApiClient, at } from './api-suite/client.js';
import { LocalEngine } from './engine/index.js';
import { FaultProxy } from './proxy/proxy.js';
import { credentials, readTarget, writeKubeconfig } from './proxy/target.js';

const PODS = '/api/v1/namespaces/default/pods';

describe('the fault proxy', () => {
  let engine: LocalEngine;
  let proxy: FaultProxy;
  let client: ApiClient;
  let directory: string;
  const numbers: number[] = [];

  before(async () => {
    directory = await mkdtemp(join(tmpdir(), 'podhooks-proxy-'));
    engine = await LocalEngine.start();
    const kubeconfig = await engine.kubeconfig(join(directory, 'engine'));
    proxy = await FaultProxy.start({ kubeconfig, random: () => numbers.shift() ?? 0 });
    client = new ApiClient(proxy, engine.token());
    const containers = [{ name: 'job', image: 'busybox:1.36', command: ['sleep', '3600'] }];
    await client.request('POST', PODS, {
      metadata: { name: 'p' },
      spec: { restartPolicy: 'Never', containers },
    });
    for (let phase: unknown; phase !== 'Running';)
      phase = at((await client.request('GET', `${PODS}/p`)).body, 'status.phase');
  });
  after(async () => {
    client.close();
    await proxy.close();
    await engine.close();
    await rm(directory, { recursive: true });
  });
  beforeEach(() => proxy.clear());

  const failure = async (attempt: Promise<unknown>): Promise<string> => {
    try {
      await attempt;
    } catch (error) {
      return error instanceof Error && 'code' in error ? String(error.code) : String(error);
    }
    throw new Error('nothing went wrong');
  };
  const exec = (script: string, stdin?: Buffer) =>
    client.exec('default', 'p', { command: ['sh', '-c', script], ...(stdin && { stdin }) });
  const manyBytes = 'i=0; while [ $i -lt 20000 ]; do echo 0123456789; i=$((i+1)); done';

  it('changes nothing by itself, in requests, logs and execs', async () => {
    expect((await client.request('GET', `${PODS}/p`)).status).to.equal(200);
    expect((await client.request('GET', `${PODS}/nope`)).status).to.equal(404);
    expect((await client.request('GET', `${PODS}/p/log`)).status).to.equal(200);
    const bytes = Buffer.alloc(200_000, 'abc');
    const result = await exec('cat; exit 3', bytes);
    expect(result.stdout.equals(bytes)).to.equal(true);
    expect(at(result.status, 'details.causes.0.message')).to.equal('3');
    expect(await failure(client.exec('default', 'nope', { command: ['true'] }))).to.contain('404');
  });

  it('gives a kubeconfig that leads to it with the same user', async () => {
    const path = await proxy.kubeconfig(join(directory, 'proxy'));
    const config: unknown = JSON.parse(await readFile(path, 'utf8'));
    expect(at(config, 'clusters.0.cluster.server')).to.equal(proxy.url);
    expect(at(config, 'users.0.user.token')).to.equal(engine.token());
    expect(at(config, 'contexts.0.context.namespace')).to.equal('default');
  });

  it('shows the client certificate of its kubeconfig for clients that come with its own', async () => {
    const users = [{ name: 'admin', user: {} }];
    const engineConfig: unknown = JSON.parse(await readFile(join(directory, 'engine'), 'utf8'));
    const path = join(directory, 'without-token');
    await writeFile(path, JSON.stringify({ ...Object(engineConfig), users }));
    const target = await readTarget(path);
    const written = await writeKubeconfig(join(directory, 'proxied'), proxy.url, proxy.ca, target);
    const config: unknown = JSON.parse(await readFile(written, 'utf8'));
    const placeholder = { authorization: `Bearer ${String(at(config, 'users.0.user.token'))}`, accept: 'x' };
    expect(credentials(placeholder, target)).to.deep.equal({
      agent: target.withCertificate,
      headers: { accept: 'x' },
    });
    const own = { authorization: 'Bearer own' };
    expect(credentials(own, target)).to.deep.equal({ agent: target.plain, headers: own });
    expect(credentials({}, target)).to.deep.equal({ agent: target.plain, headers: {} });
  });

  it('counts requests and bytes by verb and resource', async () => {
    await client.request('GET', `${PODS}/p`);
    await client.request('GET', `${PODS}/p`);
    await client.request('DELETE', `${PODS}/none`, { gracePeriodSeconds: 0 });
    await exec('cat', Buffer.alloc(1000));
    expect(proxy.traffic.get('get pods')?.requests).to.equal(2);
    expect(proxy.traffic.get('delete pods')).to.include({ requests: 1, up: 24 });
    const { requests, up, down } = proxy.traffic.get('get pods/exec') ?? { requests: 0, up: 0, down: 0 };
    expect(requests).to.equal(1);
    expect(Math.min(up, down)).to.be.greaterThan(1000);
  });

  it('answers in place of the server, as often as told and only what is meant', async () => {
    proxy.add({
      verb: 'get',
      resource: 'pods',
      times: 1,
      fault: { kind: 'answer', status: 429, retryAfterSeconds: 2 },
    });
    expect((await client.request('GET', PODS)).status).to.equal(200);
    const { status, headers, body } = await client.request('GET', `${PODS}/p`);
    expect([status, headers['retry-after'], at(body, 'reason')]).to.deep.equal([429, '2', 'TooManyRequests']);
    expect((await client.request('GET', `${PODS}/p`)).status).to.equal(200);
    expect(
      engine.requests.filter(({ verb, name }) => verb === 'get' && name === 'p').length,
    ).to.be.greaterThan(0);
  });

  it('refuses the upgrade of an exec', async () => {
    proxy.add({ resource: 'pods/exec', fault: { kind: 'answer', status: 503 } });
    expect(await failure(exec('true'))).to.contain('503');
  });

  it('fails with a probability', async () => {
    proxy.add({ resource: 'pods', probability: 0.3, fault: { kind: 'answer', status: 500 } });
    numbers.push(0.1, 0.5, 0.29, 0.3);
    const codes: number[] = [];
    for (let i = 0; i < 4; i++) codes.push((await client.request('GET', `${PODS}/p`)).status);
    expect(codes).to.deep.equal([500, 200, 500, 200]);
  });

  it('stops a fault that is switched off', async () => {
    const off = proxy.add({ fault: { kind: 'answer', status: 500 } });
    expect((await client.request('GET', PODS)).status).to.equal(500);
    off();
    expect((await client.request('GET', PODS)).status).to.equal(200);
  });

  it('hands a request on later', async () => {
    proxy.add({ verb: 'list', fault: { kind: 'latency', ms: 200 } });
    engine.requests.length = 0;
    const slow = client.request('GET', PODS);
    await client.request('GET', `${PODS}/p`);
    expect((await slow).status).to.equal(200);
    expect(engine.requests.map(({ verb }) => verb)).to.deep.equal(['get', 'list']);
  });

  it('resets a connection after so many bytes from the server', async () => {
    proxy.add({
      verb: 'get',
      fault: { kind: 'cut', after: { bytes: 100, direction: 'down' }, how: 'reset' },
      times: 1,
    });
    expect(await failure(client.request('GET', `${PODS}/p`))).to.equal('ECONNRESET');
    expect(proxy.traffic.get('get pods')?.down).to.equal(100);
    expect((await client.request('GET', `${PODS}/p`)).status).to.equal(200);
  });

  for (const how of ['reset', 'close'] as const)
    it(`loses an exec in the middle of its output (${how}): exactly so many bytes have passed`, async () => {
      proxy.add({
        resource: 'pods/exec',
        fault: { kind: 'cut', after: { bytes: 50_000, direction: 'down' }, how },
      });
      const result = await exec(manyBytes).catch((error: unknown) => String(error));
      if (typeof result !== 'string')
        expect([result.status, result.closeCode]).to.deep.equal([undefined, 1006]);
      expect(proxy.traffic.get('get pods/exec')?.down).to.equal(50_000);
    });

  it('loses an exec in the middle of its input', async () => {
    proxy.add({
      resource: 'pods/exec',
      fault: { kind: 'cut', after: { bytes: 10_000, direction: 'up' }, how: 'close' },
    });
    const result = await exec('cat > /dev/null', Buffer.alloc(100_000)).catch((error: unknown) =>
      String(error),
    );
    if (typeof result !== 'string') expect(result.status).to.equal(undefined);
    expect(proxy.traffic.get('get pods/exec')?.up).to.equal(10_000);
  });

  it('loses an exec after a time', async () => {
    proxy.add({ resource: 'pods/exec', fault: { kind: 'cut', after: { ms: 100 }, how: 'close' } });
    const result = await exec('sleep 5').catch((error: unknown) => String(error));
    if (typeof result !== 'string') expect(result.status).to.equal(undefined);
  });

  it('falls silent with the connection open', async () => {
    const fault = { kind: 'cut', after: { bytes: 5000, direction: 'down' }, how: 'silence' } as const;
    proxy.add({ resource: 'pods/exec', fault });
    const socket = client.socket('default', 'p', { command: ['sh', '-c', `${manyBytes}; exit 1`] });
    let closed = false;
    socket.on('close', () => (closed = true));
    let bytes = 0;
    await new Promise<void>((resolve) => {
      socket.on('message', (data: Buffer) => {
        bytes += data.length;
        setTimeout(resolve, 300);
      });
    });
    expect([closed, proxy.traffic.get('get pods/exec')?.down]).to.deep.equal([false, 5000]);
    expect(bytes).to.be.lessThan(5001);
    socket.terminate();
  });

  it('cuts everything in a blackout and works again after it', async () => {
    const running = exec('sleep 5').catch((error: unknown) => String(error));
    const dark = proxy.blackout(200);
    expect(await failure(client.request('GET', PODS))).to.equal('ECONNRESET');
    await dark;
    const lost = await running;
    if (typeof lost !== 'string') expect(lost.status).to.equal(undefined);
    expect((await client.request('GET', PODS)).status).to.equal(200);
  });
});

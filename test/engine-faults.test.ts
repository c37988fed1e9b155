import { expect } from 'chai';
import { at, itemsAt } from './api-suite/client.js';
import { Session } from './api-suite/session.js';
import { ApiError, LocalEngine } from './engine/index.js';
import { itWithMounts } from './engine/needs-mounts.js';

const IDLE = ['sh', '-c', 'trap "exit 0" TERM; sleep 3600 & wait'];

describe('faults of the local engine', () => {
  let engine: LocalEngine;
  let session: Session;
  before(async () => {
    engine = await LocalEngine.start({ images: { 'slow:1': { cmd: ['true'], pullMs: 300 } } });
    const tokens = { admin: engine.token(), runner: engine.token(), nobody: engine.token() };
    const endpoint = { url: engine.url, ca: engine.ca };
    session = new Session({ endpoint, namespace: 'default', tokens, close: () => engine.close() });
  });
  after(() => session.close());

  it('keep a pod unscheduled until they are switched off, with an event', async () => {
    const off = engine.faults.unschedulable(/^stuck/);
    const name = await session.pod('stuck', ['true']);
    const pod = await session.until(name, (p) => itemsAt(p, 'status.conditions').length > 0);
    expect(at(pod, 'status.conditions.0.message')).to.equal('0/1 nodes are available: 1 Insufficient cpu.');
    const query = `fieldSelector=involvedObject.name%3D${name}`;
    const events = await session.admin.request('GET', `${session.path('events')}?${query}`);
    expect(at(events.body, 'items.0.reason')).to.equal('FailedScheduling');
    off();
    await session.phase(name, 'Succeeded');
  });

  itWithMounts('refuse an image with the words of a registry until they are switched off', async () => {
    const off = engine.faults.pullFails('alpine:3.20', 'pull access denied, authorization failed');
    const name = await session.pod('pull', [], {
      containers: [{ name: 'job', image: 'alpine:3.20', command: ['true'] }],
    });
    const pod = await session.until(
      name,
      (p) => at(p, 'status.containerStatuses.0.state.waiting.reason') === 'ErrImagePull',
    );
    expect(at(pod, 'status.containerStatuses.0.state.waiting.message')).to.contain('pull access denied');
    off();
    await session.phase(name, 'Succeeded');
  });

  it('let a pull take its time', async () => {
    const name = await session.pod('slow', [], { containers: [{ name: 'job', image: 'slow:1' }] });
    const pod = await session.until(name, (p) => itemsAt(p, 'status.containerStatuses').length > 0);
    expect(at(pod, 'status.containerStatuses.0.state.waiting.reason')).to.equal('ContainerCreating');
    await session.phase(name, 'Succeeded');
  });

  it('kill a container for its memory', async () => {
    const name = await session.pod('oom', IDLE);
    await session.phase(name, 'Running');
    engine.faults.oomKill(name);
    const pod = await session.phase(name, 'Failed');
    expect(at(pod, 'status.containerStatuses.0.state.terminated')).to.include({
      exitCode: 137,
      reason: 'OOMKilled',
    });
  });

  itWithMounts('evict a pod, which tells a running exec by its end', async () => {
    const name = await session.pod('evicted', IDLE);
    await session.phase(name, 'Running');
    const running = session.exec(name, ['sh', '-c', 'echo > /begun; exec sleep 3600']);
    await session.exec(name, ['sh', '-c', 'until [ -e /begun ]; do sleep 0.05; done']);
    engine.faults.evict(name);
    const pod = await session.phase(name, 'Failed');
    expect([at(pod, 'status.reason'), at(pod, 'status.message')]).to.deep.equal([
      'Evicted',
      'The node was low on resource: memory.',
    ]);
    expect(at((await running).status, 'details.causes.0.message')).to.equal('137');
  });

  it('answer requests as an admission webhook does', async () => {
    const denied = new ApiError(403, 'Forbidden', 'admission webhook "policy" denied the request: no root');
    engine.faults.answer({ verb: 'create', resource: 'pods' }, denied, 1);
    const first = await session.create('pods', {});
    expect([first.status, at(first.body, 'message')]).to.deep.equal([403, denied.message]);
    expect((await session.create('pods', {})).status).to.equal(422);
  });
});

import { expect } from 'chai';
import type { Pod } from '../../src/model/kubernetes.js';
import { endedContainers, failedServices, goneReason, startState } from '../../src/pods/status.js';
import { pod } from '../support/pod.js';

/** A pod as a proxy or an old API server may have it: without what the API need not say. */
const nameless = (status: NonNullable<Pod['status']>): Pod => ({ status });
const job = (state: NonNullable<NonNullable<Pod['status']>['containerStatuses']>[number]['state']) => ({
  name: 'job',
  image: 'node:22',
  imageID: '',
  ready: false,
  restartCount: 0,
  ...(state && { state }),
});

describe('a pod of which the API says little', () => {
  it('waits for a node when it has neither a name, a spec nor a status', () => {
    expect(startState({})).to.deep.equal({ kind: 'waiting', why: 'waiting for a node' });
    expect(goneReason({}, 'job')).to.equal(undefined);
    expect(endedContainers({})).to.deep.equal([]);
    expect(failedServices({})).to.deep.equal([]);
  });

  it('does not count as running without any container', () => {
    const placed = pod().onNode().build();
    expect(startState(placed)).to.deep.equal({
      kind: 'waiting',
      why: 'starting on node node-1: 0 of 0 containers run',
    });
  });

  it('is not scheduled when the scheduler gives neither a message nor a reason', () => {
    const conditions = [{ type: 'PodScheduled', status: 'False' }];
    expect(startState(nameless({ conditions }))).to.deep.equal({
      kind: 'waiting',
      why: 'waiting for a node: not scheduled',
    });
  });

  it('starts on its node while no container has a status', () => {
    expect(startState({ spec: { nodeName: 'node-1', containers: [{ name: 'job' }] } })).to.deep.equal({
      kind: 'waiting',
      why: 'starting on node node-1: 0 of 1 containers run',
    });
  });

  it('waits for a container that is known by its name alone', () => {
    expect(startState(nameless({ containerStatuses: [job(undefined)] }))).to.deep.equal({
      kind: 'waiting',
      why: 'waiting for a node',
    });
  });

  it('names the image that cannot be pulled, with the reason in place of a message', () => {
    const state = startState(nameless({ containerStatuses: [job({ waiting: { reason: 'ErrImagePull' } })] }));
    expect(state.kind).to.equal('retryable');
    expect(state)
      .to.have.nested.property('reason.what')
      .that.matches(/^the image node:22 of container job of pod {2}cannot be pulled from .+: ErrImagePull$/);
  });

  it('has been deleted, whatever its name was', () => {
    const gone: Pod = { metadata: { deletionTimestamp: '2026-01-01T00:00:00Z' } };
    expect(startState(gone)).to.have.nested.property('reason.what', 'pod  was deleted while it was in use');
    expect(goneReason(gone, 'job')?.what).to.equal('pod  was deleted while it was in use');
  });

  it('tells the exit code of a container that ended without a reason', () => {
    const ended = nameless({ containerStatuses: [job({ terminated: { exitCode: 4 } })] });
    expect(startState(ended)).to.have.nested.property(
      'reason.what',
      'container job of pod  ended with exit code 4',
    );
    expect(goneReason(ended, 'job')?.what).to.equal('container job of pod  ended with exit code 4');
  });

  it('blames the node for a lack of memory where the pod has no limits', () => {
    const ended = nameless({
      containerStatuses: [job({ terminated: { exitCode: 137, reason: 'OOMKilled' } })],
    });
    expect(goneReason(ended, 'job')).to.deep.equal({
      what: 'container job of pod  was OOMKilled: the node had no more memory for it',
      hint: 'Request more memory for the container.',
    });
  });

  it('was evicted for no reason given, by its status or by a condition', () => {
    const conditions = [{ type: 'DisruptionTarget', status: 'True' }];
    for (const status of [{ conditions }, { reason: 'Evicted' }])
      expect(goneReason(nameless(status), 'job')?.what).to.equal('pod  was evicted: no reason given');
  });

  it('has had its time when the deadline is all that is told', () => {
    const late = nameless({ phase: 'Failed', reason: 'DeadlineExceeded' });
    expect(goneReason(late, 'job')?.what).to.equal('pod  has ended: its time is up');
  });

  it('has ended for its reason when there is no message', () => {
    expect(goneReason(nameless({ phase: 'Failed', reason: 'Shutdown' }), 'job')?.what).to.equal(
      'pod  has ended: Shutdown',
    );
  });
});

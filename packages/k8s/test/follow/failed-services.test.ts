import { expect } from 'chai';
import { lookForFailedServices } from '../../src/follow/failed-services.js';
import { commandContext } from '../support/command-context.js';
import { FakeCluster } from '../support/fake-cluster.js';
import { pod } from '../support/pod.js';

describe('lookForFailedServices', () => {
  const look = (readyAt: number, untilKnownMs: number) => {
    const cluster = new FakeCluster();
    cluster.states = [pod().running('redis').build()];
    return {
      cluster,
      result: lookForFailedServices('job-pod', readyAt, commandContext(cluster).context, untilKnownMs),
    };
  };

  it('looks no earlier than the kubelet can know, however soon the step has failed', async () => {
    const { cluster, result } = look(Date.now(), 300);
    // This timer is due before that one, however slow the machine is.
    await new Promise((resolve) => setTimeout(resolve, 30));
    expect(cluster.requests).to.deep.equal([]);
    await result;
    expect(cluster.requests).to.deep.equal(['get pods job-pod']);
  });

  it('waits no longer when the clock of the runner was set back', async () => {
    const { cluster, result } = look(Date.now() + 3_600_000, 10);
    await result;
    expect(cluster.requests).to.deep.equal(['get pods job-pod']);
  });

  it('looks at once when the services have run long enough', async () => {
    const { cluster, result } = look(Date.now() - 3_600_000, 3_600_000);
    await result;
    expect(cluster.requests).to.deep.equal(['get pods job-pod']);
  });
});

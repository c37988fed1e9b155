import { expect } from 'chai';
import { hookPodOptions } from '../../src/pods/hook-pod-options.js';
import { commandContext } from '../support/command-context.js';
import { FakeCluster, refusal } from '../support/fake-cluster.js';
import { hookRejection, rejection } from '../support/rejection.js';

describe('hookPodOptions', () => {
  it('says which settings to look at when there is no such pod', async () => {
    const { message, hint } = await hookRejection(
      'NOT_FOUND',
      hookPodOptions(undefined, commandContext(new FakeCluster()).context),
    );
    expect(message).to.equal('The runner pod runner-1 is not in namespace ci.');
    expect(hint).to.contain('ACTIONS_RUNNER_POD_NAME');
  });

  it('leaves other faults of the API as they are', async () => {
    const cluster = new FakeCluster();
    cluster.states = [refusal(403, 'forbidden')];
    const error = await rejection(Error, hookPodOptions(undefined, commandContext(cluster).context));
    expect(error.message).to.contain('forbidden');
  });
});

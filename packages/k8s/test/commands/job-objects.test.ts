import { expect } from 'chai';
import { createJobObjects } from '../../src/commands/job-objects.js';
import type { JobPod } from '../../src/pod/job-pod.js';
import { commandContext } from '../support/command-context.js';
import { FakeCluster, refusal } from '../support/fake-cluster.js';
import { pod } from '../support/pod.js';
import { hookRejection, rejection } from '../support/rejection.js';

function create(account: string, refused: Error, inherited?: string) {
  const cluster = new FakeCluster();
  cluster.uncreatable = refused;
  const job: JobPod = {
    pod: pod().withSpec({ serviceAccountName: account }).build(),
    secrets: [],
    services: [],
    work: undefined,
    decisions:
      inherited === undefined
        ? []
        : [{ field: 'spec.serviceAccountName', value: inherited, from: 'runner pod' }],
  };
  return createJobObjects(job, commandContext(cluster).context);
}

const UNKNOWN = refusal(
  403,
  'pods "p" is forbidden: error looking up service account ci/build: serviceaccount "build" not found',
);

describe('createJobObjects', () => {
  const ORIGINS: readonly [inherited: string | undefined, words: string, hint: RegExp][] = [
    [undefined, 'named by the pod template', /correct serviceAccountName in the template/],
    ['runner', 'named by the pod template', /correct serviceAccountName in the template/],
    ['build', 'that of the runner pod', /INHERIT_SERVICE_ACCOUNT to false/],
  ];
  for (const [inherited, words, hint] of ORIGINS)
    it(`says of an account that does not exist that it is ${words}, where the runner has ${inherited ?? 'none'}`, async () => {
      const error = await hookRejection('NOT_FOUND', create('build', UNKNOWN, inherited));
      expect(error.message).to.equal(
        `The service account build of the job pod, ${words}, does not exist in namespace ci.`,
      );
      expect(error.hint).to.match(hint);
    });

  it('leaves other refusals as they are', async () => {
    const quota = refusal(403, 'pods "p" is forbidden: exceeded quota');
    expect(await rejection(Error, create('build', quota))).to.equal(quota);
  });
});

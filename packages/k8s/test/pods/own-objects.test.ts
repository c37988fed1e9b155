import { expect } from 'chai';
import { createObjects } from '../../src/pods/own-objects.js';
import { inheritDefaults } from '../../src/merge/inherit.js';
import { type JobPod, jobPod } from '../../src/pod/job-pod.js';
import type { ObjectMeta, OwnerReference, Pod } from '../../src/model/kubernetes.js';
import { readRunnerPod } from '../../src/pod/runner-pod.js';
import { commandContext } from '../support/command-context.js';
import { prepareJobArgs } from '../support/containers.js';
import { FakeCluster, refusal } from '../support/fake-cluster.js';
import { pod } from '../support/pod.js';
import { hookRejection, rejection } from '../support/rejection.js';
import { NO_POLICY, NO_RULES } from '../support/options-policy.js';
import { runnerPod } from '../support/runner-pods.js';

const JOB = jobPod({
  runner: readRunnerPod(runnerPod(), { claimName: undefined, work: undefined }),
  args: prepareJobArgs('01'),
  helperImage: undefined,
  inheriting: inheritDefaults,
  id: '1a2b3',
  volumesAllow: [],
  policy: NO_POLICY,
  rules: NO_RULES,
  sameNode: undefined,
  maxSeconds: undefined,
  provenance: { labels: {}, annotations: {} },
});
const EXISTS = refusal(409, 'already exists');

describe('createObjects', () => {
  let cluster: FakeCluster;
  beforeEach(() => (cluster = new FakeCluster()));
  const create = () => createObjects(JOB, commandContext(cluster).context);
  const existing = (metadata: ObjectMeta): Pod => ({ ...JOB.pod, metadata });

  it('makes the secrets before the pod that needs them', async () => {
    expect(await create()).to.deep.equal(JOB.pod);
    expect(cluster.requests).to.deep.equal([
      'create secrets runner-1-registry-1-1a2b3',
      'create secrets runner-1-services-1a2b3',
      'create pods runner-1-workflow-1a2b3',
    ]);
  });

  it('has the warnings of the server in the debug log, and annotates nothing', async () => {
    cluster.warnings = ['spec.x is deprecated'];
    const { context, out } = commandContext(cluster);
    await createObjects(JOB, context);
    expect(out.debugLines.join()).to.contain('spec.x is deprecated');
    expect([...out.warnings, ...out.lines]).to.deep.equal([]);
  });

  it('goes on with what an earlier try has made unnoticed', async () => {
    cluster.uncreatable = { pods: EXISTS, secrets: EXISTS };
    cluster.states = [existing({ ...JOB.pod.metadata, uid: 'made' })];
    cluster.secrets = JOB.secrets;
    expect((await create()).metadata?.uid).to.equal('made');
  });

  const owner: OwnerReference = { apiVersion: 'v1', kind: 'Pod', name: 'runner-1', uid: 'another' };
  const STRANGERS: readonly [title: string, changed: ObjectMeta][] = [
    ['another runner owns', { ownerReferences: [owner] }],
    ['nobody owns', { ownerReferences: [] }],
    ['clean-up would not find', { labels: {} }],
  ];
  for (const [title, changed] of STRANGERS) {
    it(`uses no pod of the same name that ${title}`, async () => {
      cluster.uncreatable = { pods: EXISTS };
      cluster.states = [existing({ ...JOB.pod.metadata, ...changed })];
      const { message } = await hookRejection('API_REFUSED', create());
      expect(message).to.contain('The pod runner-1-workflow-1a2b3 already exists');
    });

    it(`uses no secret of the same name that ${title}`, async () => {
      cluster.uncreatable = { secrets: EXISTS };
      cluster.secrets = JOB.secrets.map((secret) => ({
        ...secret,
        metadata: { ...secret.metadata, ...changed },
      }));
      const { message } = await hookRejection('API_REFUSED', create());
      expect(message).to.contain('The secret runner-1-registry-1-1a2b3 already exists');
      expect(cluster.created).to.deep.equal([]);
    });
  }

  for (const kind of ['pods', 'secrets'] as const)
    it(`fails when it may make no ${kind}`, async () => {
      cluster.uncreatable = { [kind]: refusal(403, 'exceeded quota') };
      expect((await rejection(Error, create())).message).to.contain('exceeded quota');
    });
});

function createFor(account: string, refused: Error, inherited?: string) {
  const cluster = new FakeCluster();
  cluster.uncreatable = { pods: refused };
  const job: JobPod = {
    kind: 'job',
    pod: pod().withSpec({ serviceAccountName: account }).build(),
    secrets: [],
    services: [],
    mode: 'novolume',
    variables: {},
    healthChecks: [],
    warnings: [],
    remarks: [],
    decisions:
      inherited === undefined
        ? []
        : [{ field: 'spec.serviceAccountName', value: inherited, from: 'runner pod' }],
  };
  return createObjects(job, commandContext(cluster).context);
}

const UNKNOWN = refusal(
  403,
  'pods "p" is forbidden: error looking up service account ci/build: serviceaccount "build" not found',
);

describe('createObjects, with an account', () => {
  const ORIGINS: readonly [inherited: string | undefined, words: string, hint: RegExp][] = [
    [undefined, 'named by the pod template', /correct serviceAccountName in the template/],
    ['runner', 'named by the pod template', /correct serviceAccountName in the template/],
    ['build', 'that of the runner pod', /INHERIT_SERVICE_ACCOUNT to false/],
  ];
  for (const [inherited, words, hint] of ORIGINS)
    it(`says of an account that does not exist that it is ${words}, where the runner has ${inherited ?? 'none'}`, async () => {
      const error = await hookRejection('NOT_FOUND', createFor('build', UNKNOWN, inherited));
      expect(error.message).to.equal(
        `The service account build of the job pod, ${words}, does not exist in namespace ci.`,
      );
      expect(error.hint).to.match(hint);
    });

  it('leaves other refusals as they are', async () => {
    const quota = refusal(403, 'pods "p" is forbidden: exceeded quota');
    expect(await rejection(Error, createFor('build', quota))).to.equal(quota);
  });
});

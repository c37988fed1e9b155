import { expect } from 'chai';
import { isMounting, whyNotMounted } from '../../src/pods/why-not-mounted.js';
import type { Volume } from '../../src/model/kubernetes.js';
import { commandContext } from '../support/command-context.js';
import { FakeCluster, refusal } from '../support/fake-cluster.js';
import { pod } from '../support/pod.js';

const STARTING = pod().onNode().waiting('job', 'ContainerCreating');
const FORBIDDEN = refusal(403, 'forbidden');

/** What is told of a pod with these volumes, under a Role that shows these objects. */
async function told(volumes: Volume[], looked: FakeCluster['looked'] = {}) {
  const cluster = new FakeCluster();
  cluster.looked = { events: FORBIDDEN, ...looked };
  const { context } = commandContext(cluster);
  const built = volumes.reduce((made, volume) => made.volume(volume), STARTING);
  return { why: await whyNotMounted(built.build(), context), requests: cluster.requests };
}

describe('whyNotMounted', () => {
  const MISSING: readonly [title: string, volume: Volume, what: string][] = [
    ['a ConfigMap', { name: 'v', configMap: { name: 'c' } }, 'the ConfigMap c'],
    ['a Secret', { name: 'v', secret: { secretName: 's' } }, 'the Secret s'],
    ['a claim', { name: 'v', persistentVolumeClaim: { claimName: 'p' } }, 'the PersistentVolumeClaim p'],
    [
      'a projected Secret',
      { name: 'v', projected: { sources: [{ secret: { name: 's' } }] } },
      'the Secret s',
    ],
  ];
  for (const [title, volume, what] of MISSING)
    it(`names ${title} that is not there`, async () => {
      const { why } = await told([volume]);
      expect(why?.what).to.equal(
        `volume v of pod job-pod cannot be mounted: ${what} does not exist in namespace ci`,
      );
      expect(why?.isMissing).to.equal(true);
    });

  it('gives the commands that show what the Role does not', async () => {
    const { why } = await told([{ name: 'v', configMap: { name: 'c' } }], { 'configmaps c': FORBIDDEN });
    expect(why?.what).to.equal(
      'pod job-pod waits for its volumes: is there ConfigMap c (volume v)? The Role does not let the runner look',
    );
    expect(why?.hint).to.contain('kubectl -n ci get configmaps/c shows');
    expect(why?.isMissing).to.equal(false);
  });

  it('tells what the kubelet says, where events may be read', async () => {
    const message = 'MountVolume.SetUp failed for volume "v" : configmap "c" not found';
    const items = [
      { reason: 'FailedMount', message },
      { reason: 'Failed', message: 'else' },
    ];
    const { why, requests } = await told([{ name: 'v', configMap: { name: 'c' } }], { events: { items } });
    expect(why).to.include({
      what: `a volume of pod job-pod cannot be mounted: ${message}`,
      isMissing: true,
    });
    expect(requests).to.deep.equal(['look events']);
  });

  it('says nothing of what is there, is optional, or is made by the pod', async () => {
    const { why } = await told(
      [
        { name: 'a', secret: { secretName: 's' } },
        { name: 'b', configMap: { name: 'none', optional: true } },
        { name: 'c', emptyDir: {} },
      ],
      { 'secrets s': {} },
    );
    expect(why).to.equal(undefined);
  });

  it('is asked only of a pod that has a node and none of whose containers runs', () => {
    expect(isMounting(STARTING.build())).to.equal(true);
    expect(isMounting(STARTING.running('podhooks').build())).to.equal(false);
    expect(isMounting(pod().build())).to.equal(false);
    const ready = STARTING.condition('PodReadyToStartContainers', 'True', '');
    expect(isMounting(ready.build())).to.equal(false);
  });
});

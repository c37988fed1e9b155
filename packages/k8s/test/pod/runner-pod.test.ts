import { expect } from 'chai';
import { hookErrorOf } from '../../../hooklib/test/hook-error.js';
import type { Pod, Volume } from '../../src/model/kubernetes.js';
import { ownedBy, readRunnerPod } from '../../src/pod/runner-pod.js';
import { pod } from '../support/pod.js';
import { ephemeral, runnerPod, WORK } from '../support/runner-pods.js';

const folderOf = (runner: Pod, path = WORK, claimName?: string) =>
  readRunnerPod(runner, { claimName, work: WORK }).sharedFolder(path);
const claim = (claimName: string) => ({ persistentVolumeClaim: { claimName } });

describe('the folder that a runner pod shares', () => {
  const nfs = { nfs: { server: 'nfs', path: '/x' } };
  const hostPath = { hostPath: { path: '/mnt/work' } };
  const SHARED: readonly [title: string, volume: Omit<Volume, 'name'>, source: object, sameNode: boolean][] =
    [
      ["ARC's ephemeral volume", ephemeral('ReadWriteOnce'), claim('runner-1-work'), true],
      ['an ephemeral volume for many nodes', ephemeral('ReadWriteMany'), claim('runner-1-work'), false],
      [
        'an ephemeral volume for both',
        ephemeral('ReadWriteOnce', 'ReadWriteMany'),
        claim('runner-1-work'),
        false,
      ],
      ['an ephemeral volume without a word about it', ephemeral(), claim('runner-1-work'), true],
      ['a claim', claim('shared'), claim('shared'), true],
      ['a folder of the node', hostPath, hostPath, true],
      ['NFS', nfs, nfs, false],
    ];
  for (const [title, volume, source, sameNode] of SHARED)
    it(`is ${title}${sameNode ? ', on the same node' : ', on any node'}`, () => {
      expect(folderOf(runnerPod(volume))).to.deep.equal({ source, subPath: '', sameNode, readOnly: false });
    });

  const PRIVATE: readonly [title: string, volume: Omit<Volume, 'name'> | undefined][] = [
    ['an emptyDir', { emptyDir: {} }],
    ['a config map', { configMap: { name: 'x' } }],
    ['a secret', { secret: { secretName: 'x' } }],
    ['a projected volume', { projected: { sources: [] } }],
    ['an inline CSI volume', { csi: { driver: 'x' } }],
    ['an image', { image: { reference: 'x' } }],
    ["the container's own disk", undefined],
  ];
  for (const [title, volume] of PRIVATE)
    it(`cannot be ${title}`, () => {
      expect(folderOf(runnerPod(volume))).to.equal(undefined);
    });

  it('is read-only where the runner may only read', () => {
    for (const volume of [claim('c'), ephemeral()])
      expect(folderOf(runnerPod(volume, { readOnly: true }))?.readOnly).to.equal(true);
  });

  it('lies on one node where an ephemeral volume has no claim template', () => {
    expect(folderOf(runnerPod({ ephemeral: {} }))).to.deep.equal({
      source: claim('runner-1-work'),
      subPath: '',
      sameNode: true,
      readOnly: false,
    });
  });

  it('is none where the mount names a volume that the pod does not have', () => {
    const runner = runnerPod(claim('c'));
    const spec = { containers: runner.spec?.containers ?? [] };
    expect(folderOf({ ...runner, spec })).to.equal(undefined);
  });

  it('lies below the sub path of its mount', () => {
    const runner = runnerPod(claim('c'), { subPath: 'team/a' });
    expect(folderOf(runner)?.subPath).to.equal('team/a');
    expect(folderOf(runner, `${WORK}/_temp`)?.subPath).to.equal('team/a/_temp');
  });

  it('lies in the volume of a folder above it', () => {
    const runner = runnerPod(claim('c'), { mountPath: '/home/runner' });
    expect(folderOf(runner)?.subPath).to.equal('_work');
  });

  it('is not known when its sub path is an expression', () => {
    expect(folderOf(runnerPod(claim('c'), { subPathExpr: '$(POD)' }))).to.equal(undefined);
  });

  it('is that of the innermost mount', () => {
    const runner = pod('runner-1')
      .container({
        name: 'runner',
        image: 'i',
        volumeMounts: [
          { name: 'outer', mountPath: WORK },
          { name: 'inner', mountPath: `${WORK}/_tool` },
          { name: 'other', mountPath: `${WORK}/_too` },
        ],
      })
      .volume({ name: 'outer', ...claim('outer') })
      .volume({ name: 'inner', ...nfs })
      .volume({ name: 'other', ...claim('other') })
      .build();
    expect(folderOf(runner, `${WORK}/_tool/node`)).to.deep.equal({
      source: nfs,
      subPath: 'node',
      sameNode: false,
      readOnly: false,
    });
    expect(folderOf(runner, `${WORK}/_tools`)?.source).to.deep.equal(claim('outer'));
  });

  it('is not known outside of all mounts', () => {
    expect(folderOf(runnerPod(claim('c')), '/home/runner/_work2')).to.equal(undefined);
  });

  it('is the claim that the environment names, whatever the pod says', () => {
    for (const runner of [runnerPod(), runnerPod({ emptyDir: {} }), runnerPod(nfs)])
      expect(folderOf(runner, `${WORK}/_temp`, 'named')).to.deep.equal({
        source: claim('named'),
        subPath: '_temp',
        sameNode: true,
        readOnly: false,
      });
  });

  it('is the claim that the environment names for the work folder only', () => {
    expect(folderOf(runnerPod(), '/opt/cache', 'named')).to.equal(undefined);
  });
});

describe('readRunnerPod', () => {
  const hooks = [{ name: 'ACTIONS_RUNNER_CONTAINER_HOOKS', value: '/index.js' }];
  const options = { claimName: undefined, work: WORK };
  const IMAGES: readonly [title: string, pod: Pod, image: string][] = [
    [
      'by its name',
      pod('r')
        .container({ name: 'dind', image: 'd', env: hooks })
        .container({ name: 'runner', image: 'r' })
        .build(),
      'r',
    ],
    [
      "by the hooks' variable",
      pod('r')
        .container({ name: 'side', image: 's' })
        .container({ name: 'own', image: 'o', env: hooks })
        .build(),
      'o',
    ],
    [
      'as the first',
      pod('r').container({ name: 'a', image: 'a' }).container({ name: 'b', image: 'b' }).build(),
      'a',
    ],
  ];
  for (const [title, runner, image] of IMAGES)
    it(`finds the runner's container ${title}`, () => {
      expect(readRunnerPod(runner, options).image).to.equal(image);
    });

  it('reads name, uid and node', () => {
    expect(readRunnerPod(runnerPod(), options)).to.include({
      name: 'runner-1',
      uid: 'uid-of-runner-1',
      node: 'node-1',
    });
  });

  it('refuses a pod without containers, by its name', () => {
    expect(hookErrorOf('NOT_FOUND', () => readRunnerPod(pod('x').build(), options)).message).to.contain(
      'Pod x',
    );
  });

  it('refuses a pod of which the API says nothing', () => {
    const { message } = hookErrorOf('NOT_FOUND', () => readRunnerPod({}, options));
    expect(message).to.contain('Pod ? is not a runner pod');
  });

  it('is the owner of what is made for it, and does not hinder its removal', () => {
    expect(ownedBy(readRunnerPod(runnerPod(), options))).to.deep.equal({
      apiVersion: 'v1',
      kind: 'Pod',
      name: 'runner-1',
      uid: 'uid-of-runner-1',
      blockOwnerDeletion: false,
      controller: false,
    });
  });
});

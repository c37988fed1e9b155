import { expect } from 'chai';
import type { Pod, VolumeMount } from '../../src/model/kubernetes.js';
import { existingFolders, sharedFolders, workFolders } from '../../src/work/work-folders.js';
import { hookContainer } from '../support/containers.js';

/** A pod whose containers, one each, have these mounts. */
const podWith = (...mounts: VolumeMount[]): Pod => ({
  spec: { containers: mounts.map((mount, index) => ({ name: `c${index}`, volumeMounts: [mount] })) },
});
const mounted = (subPath: string, name = 'work'): VolumeMount => ({ name, subPath, mountPath: '/data' });
const job = hookContainer({ workingDirectory: '/__w/repo/repo' });

describe('existingFolders', () => {
  it('are those of the job, which its container makes', () => {
    expect(existingFolders(job, podWith())).to.include.members([
      '_temp/_runner_file_commands',
      '_actions',
      '_tool',
      'repo/repo',
    ]);
  });

  it('are those, too, that the kubelet makes for a mount, and all around them', () => {
    const folders = existingFolders(job, podWith(mounted('repo/repo/a/data'), mounted('_temp/_github_home')));
    expect(folders).to.include.members(['repo', 'repo/repo', 'repo/repo/a', 'repo/repo/a/data']);
    expect(folders).to.include.members(['_temp', '_temp/_github_home']);
  });

  it('are those of the work volume alone, of init containers, too', () => {
    const { spec } = podWith(mounted('cache/x', 'other'), { name: 'work', mountPath: '/__w' });
    const init = { name: 'init', volumeMounts: [mounted('from/init/')] };
    const folders = existingFolders(job, { spec: { containers: [], ...spec, initContainers: [init] } });
    expect(folders).to.include.members(['from', 'from/init']).and.not.include.members(['cache']);
    expect(folders).to.not.include('').and.not.include('.');
  });
});

describe('workFolders', () => {
  const ALWAYS = ['_temp/_runner_file_commands', '_actions', '_tool'];

  it('have the workspace of the job only where it lies in the work folder', () => {
    expect(workFolders(job)).to.deep.equal([...ALWAYS, 'repo/repo']);
    expect(workFolders(hookContainer({ workingDirectory: '/srv' }))).to.deep.equal(ALWAYS);
    expect(workFolders(hookContainer())).to.deep.equal(ALWAYS);
  });

  it('are the same three without a job container', () => {
    expect(workFolders(null)).to.deep.equal(ALWAYS);
    expect(existingFolders(null, {})).to.deep.equal(ALWAYS);
    expect(existingFolders(null, { spec: { containers: [{ name: 'a' }] } })).to.deep.equal(ALWAYS);
  });
});

describe('sharedFolders', () => {
  const WORK = '/home/runner/_work';
  const ALWAYS = ['', '/_temp', '/_temp/_runner_file_commands', '/_temp/_github_workflow', '/_actions'];

  it('have the workspace, what is around it, and the home folder of the job', () => {
    const home = {
      userProvidedValue: null,
      sourceVolumePath: `${WORK}/_temp/_github_home`,
      targetVolumePath: '/github/home',
      readOnly: false,
    };
    const container = hookContainer({ workingDirectory: '/__w/repo/repo', systemMountVolumes: [home] });
    expect(sharedFolders(WORK, container)).to.include.members([
      ...ALWAYS.map((name) => `${WORK}${name}`),
      `${WORK}/repo/repo`,
      `${WORK}/repo`,
      `${WORK}/_temp/_github_home`,
    ]);
  });

  it('have nothing of a job container where there is none, or where it names no folder', () => {
    const alone = sharedFolders(WORK, null);
    expect(alone).to.deep.equal([...ALWAYS, '/_tool'].map((name) => `${WORK}${name}`));
    expect(sharedFolders(WORK, hookContainer())).to.deep.equal(alone);
  });
});

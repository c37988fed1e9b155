import { expect } from 'chai';
import type { MountVolume } from '@podhooks/hooklib';
import { hookErrorOf } from '../../../hooklib/test/hook-error.js';
import type { Pod } from '../../src/model/kubernetes.js';
import { readRunnerPod } from '../../src/pod/runner-pod.js';
import { type NamedVolumes, Volumes, workFolder, workPath } from '../../src/pod/volumes.js';
import { hookContainer, prepareJobArgs } from '../support/containers.js';
import { ephemeral, runnerPod, WORK } from '../support/runner-pods.js';

const { container } = prepareJobArgs('01');
if (container === null) throw new Error('payload 01 has a job container');

/** The volumes of a job pod whose runner is this pod. */
function volumesOf(runner: Pod, allowed: readonly string[] = [], named: NamedVolumes = {}) {
  const parsed = readRunnerPod(runner, { claimName: undefined, work: WORK });
  return new Volumes(parsed, { path: WORK, folder: workFolder(parsed, WORK) }, allowed, named);
}

const line = (sourceVolumePath: string | null, targetVolumePath: string, readOnly = false): MountVolume => ({
  userProvidedValue: `${sourceVolumePath ?? ''}:${targetVolumePath}`,
  sourceVolumePath,
  targetVolumePath,
  readOnly,
});

describe('the mounts of a job container', () => {
  const user = [
    { name: 'named-6d795f646f636b65725f766f6c756d65', mountPath: '/volume_mount' },
    { name: 'work', subPath: 'hello-world/hello-world/data', mountPath: '/data', readOnly: true },
    { name: 'anonymous-1', mountPath: '/scratch' },
  ];
  const own = [
    { name: 'podhooks', mountPath: '/__podhooks' },
    { name: 'externals', mountPath: '/__e', readOnly: true },
    { name: 'work', mountPath: '/__w' },
    { name: 'work', mountPath: WORK },
    { name: 'work', subPath: '_temp/_github_home', mountPath: '/github/home' },
    { name: 'work', subPath: '_temp/_github_workflow', mountPath: '/github/workflow' },
  ];

  it('are those of the runner and of the workflow, and never the docker socket', () => {
    const volumes = volumesOf(runnerPod(ephemeral('ReadWriteOnce')));
    expect(volumes.forJob(container)).to.deep.equal([...own, ...user]);
    expect(volumes.list()).to.deep.equal([
      { name: 'podhooks', emptyDir: {} },
      { name: 'externals', emptyDir: {} },
      { name: 'work', persistentVolumeClaim: { claimName: 'runner-1-work' } },
      { name: 'named-6d795f646f636b65725f766f6c756d65', emptyDir: {} },
      { name: 'anonymous-1', emptyDir: {} },
    ]);
  });

  it('are the same on an emptyDir when the runner shares no volume', () => {
    const volumes = volumesOf(runnerPod());
    expect(volumes.forJob(container)).to.deep.equal([...own, ...user]);
    expect(volumes.list()).to.deep.include({ name: 'work', emptyDir: {} });
  });

  it('lie below the sub path of a shared volume', () => {
    const volumes = volumesOf(runnerPod({ persistentVolumeClaim: { claimName: 'c' } }, { subPath: 'a/b' }));
    expect(volumes.forJob(container)).to.deep.include.members([
      { name: 'work', subPath: 'a/b', mountPath: '/__w' },
      { name: 'work', subPath: 'a/b', mountPath: WORK },
      { name: 'work', subPath: 'a/b/_temp/_github_home', mountPath: '/github/home' },
    ]);
  });

  it('give a tool folder of its own where the runner has it outside of the work folder', () => {
    const volumes = volumesOf(runnerPod());
    const mounts = volumes.forJob(
      hookContainer({ systemMountVolumes: [line('/opt/hostedtoolcache', '/__t')] }),
    );
    expect(mounts).to.deep.include({ name: 'tools', mountPath: '/__t' });
    expect(volumes.list()).to.deep.include({ name: 'tools', emptyDir: {} });
  });

  it('share a tool folder that lies on a volume', () => {
    const nfs = { nfs: { server: 'nfs', path: '/tools' } };
    const runner = runnerPod(nfs, { mountPath: '/opt/hostedtoolcache' });
    const volumes = volumesOf(runner);
    const mounts = volumes.forJob(
      hookContainer({ systemMountVolumes: [line('/opt/hostedtoolcache', '/__t')] }),
    );
    const name = mounts.find(({ mountPath }) => mountPath === '/__t')?.name;
    expect(volumes.list()).to.deep.include({ name, ...nfs });
  });
});

describe('externals from the image of the runner', () => {
  const externals = { image: 'runner:2', folder: '/home/runner/_work/../externals' };

  it('are mounted where the job looks for them, and for the helper, which looks whether they can run', () => {
    const volumes = volumesOf(runnerPod());
    expect(volumes.forJob(container, externals)).to.deep.include({
      name: 'externals',
      subPath: 'home/runner/externals',
      readOnly: true,
      mountPath: '/__e',
    });
    expect(volumes.forHelper(externals)).to.deep.include({
      name: 'externals',
      subPath: 'home/runner/externals',
      mountPath: '/__e',
    });
    expect(volumes.list()).to.deep.include({
      name: 'externals',
      image: { reference: 'runner:2', pullPolicy: 'IfNotPresent' },
    });
  });
});

describe('the mounts of the helper', () => {
  it('are the externals to write to, and the work folder once', () => {
    expect(volumesOf(runnerPod()).forHelper()).to.deep.equal([
      { name: 'podhooks', mountPath: '/__podhooks' },
      { name: 'externals', mountPath: '/__e' },
      { name: 'work', mountPath: '/__w' },
    ]);
  });
});

describe('volumes of the workflow', () => {
  it('are one for containers that name the same, and different for all others', () => {
    const volumes = volumesOf(runnerPod());
    const [a] = volumes.forUser([line('data', '/a')]);
    const [b] = volumes.forUser([line('data', '/b')]);
    const others = volumes.forUser([
      line('Data', '/c'),
      line('data_', '/d'),
      line(null, '/e'),
      line(null, '/f'),
    ]);
    expect(a?.name).to.equal(b?.name);
    expect(new Set([a, ...others].map((mount) => mount?.name)).size).to.equal(5);
    for (const { name } of volumes.list()) expect(name).to.match(/^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/);
  });

  it('stay different when their names are long and differ at the beginning', () => {
    const volumes = volumesOf(runnerPod());
    const [a, b] = volumes.forUser([line(`a${'x'.repeat(80)}`, '/a'), line(`b${'x'.repeat(80)}`, '/b')]);
    expect(a?.name).to.not.equal(b?.name);
    expect(Math.max(a?.name.length ?? 0, b?.name.length ?? 0)).to.be.at.most(63);
  });

  it('may be the whole work folder', () => {
    expect(volumesOf(runnerPod()).forUser([line(WORK, '/all')])).to.deep.equal([
      { name: 'work', mountPath: '/all' },
    ]);
  });

  it('may not be any other folder of the runner, whose line is named', () => {
    const error = hookErrorOf('UNSUPPORTED', () =>
      volumesOf(runnerPod(ephemeral())).forUser([line('/var/run/docker.sock', '/var/run/docker.sock')]),
    );
    expect(error.message).to.contain('"/var/run/docker.sock:/var/run/docker.sock"');
  });

  it('of a service leave out what may not be mounted, and tell it once, with the line', () => {
    const volumes = volumesOf(runnerPod());
    const told: string[] = [];
    const mounts = volumes.forService(
      [line('/var/run/docker.sock', '/s'), line('/opt/x', '/x'), line('data', '/data')],
      ({ message }) => told.push(message),
    );
    expect(mounts.map(({ mountPath }) => mountPath))
      .to.include('/data')
      .and.not.include('/s')
      .and.not.include('/x');
    expect(told).to.have.length(2);
    expect(told[0]).to.contain('"/var/run/docker.sock:/s"');
    expect(told[1]).to.contain('/opt/x is not in the work folder');
  });

  it('of a service come beside the work folder, which is at /__w alone', () => {
    const volumes = volumesOf(runnerPod(ephemeral()));
    expect(volumes.forService([line('data', '/data')], () => undefined)).to.deep.equal([
      { name: 'work', mountPath: '/__w' },
      { name: 'named-64617461', mountPath: '/data' },
    ]);
    const unshared = readRunnerPod(runnerPod(), { claimName: undefined, work: undefined });
    expect(new Volumes(unshared, undefined).forService([], () => undefined)).to.deep.equal([]);
  });

  it('of a service are what the administrator allows', () => {
    const mounts = volumesOf(shares(), ['/opt/caches']).forService([line('/opt/caches/x', '/x')], (error) => {
      throw error;
    });
    expect(mounts).to.deep.include({
      name: 'runner-2f6f70742f6361636865732f78',
      subPath: 'x',
      mountPath: '/x',
    });
  });

  it('of a service may not cover what the hook mounts either', () => {
    hookErrorOf('UNSUPPORTED', () =>
      volumesOf(runnerPod()).forService([line('data', '/__w')], () => undefined),
    );
  });

  const SHARES = { persistentVolumeClaim: { claimName: 'caches' } };
  const shares = (mount: object = {}) => runnerPod(SHARES, { mountPath: '/opt/caches', ...mount });

  it('may be a folder that the administrator allows, and no other that the runner shares', () => {
    const volumes = volumesOf(shares(), ['/opt/caches/npm/']);
    const [mount] = volumes.forUser([line('/opt/caches/npm/x', '/x')]);
    expect(mount).to.deep.include({ subPath: 'npm/x', mountPath: '/x' });
    for (const source of ['/opt/caches', '/opt/caches/npm2', '/opt/caches/npm/../pip'])
      expect(hookErrorOf('UNSUPPORTED', () => volumes.forUser([line(source, '/x')])).message).to.contain(
        `${source} is not in the work folder`,
      );
  });

  it('are one volume of the pod for folders of one claim: the kubelet cannot mount it twice', () => {
    const runner = runnerPod(ephemeral());
    runner.spec?.containers[0]?.volumeMounts?.push(
      { name: 'work', mountPath: '/opt/a', subPath: 'a' },
      { name: 'work', mountPath: '/opt/b', subPath: 'b', readOnly: true },
    );
    const volumes = volumesOf(runner, ['/opt']);
    volumes.forJob(hookContainer({}));
    expect(volumes.forUser([line('/opt/a', '/a'), line('/opt/b', '/b')])).to.deep.equal([
      { name: 'work', subPath: 'a', mountPath: '/a' },
      { name: 'work', subPath: 'b', mountPath: '/b', readOnly: true },
    ]);
  });

  it('stay read-only where the runner may only read', () => {
    const volumes = volumesOf(shares({ readOnly: true }), ['/opt/caches']);
    const [user] = volumes.forUser([line('/opt/caches', '/x')]);
    expect(user).to.have.property('readOnly', true);
    const tools = { systemMountVolumes: [line('/opt/caches', '/__t')] };
    const mounts = volumes.forJob(hookContainer(tools));
    expect(mounts.find(({ mountPath }) => mountPath === '/__t')).to.have.property('readOnly', true);
    const action = volumes.forAction(hookContainer(tools));
    expect(action.find(({ mountPath }) => mountPath === '/__t')).to.have.property('readOnly', true);
  });

  const SOCKETS: readonly [source: string, host: string][] = [
    ['/var/run/docker.sock', '/var/run/docker.sock'],
    ['/var/run/../run//docker.sock', '/run/docker.sock'],
    ['/var/run', '/var/run'],
    ['/run/containerd', '/run/containerd'],
    ['/', '/'],
    ['/host', '/var/run'],
    ['/host/run', '/'],
  ];
  for (const [source, host] of SOCKETS)
    it(`never have the socket of the container runtime, as with ${source} of the host's ${host}`, () => {
      const mountPath = source === '/host/run' ? '/host' : source;
      const hostPath = { hostPath: { path: host } };
      const volumes = volumesOf(runnerPod(hostPath, { mountPath }), ['/']);
      hookErrorOf('UNSUPPORTED', () => volumes.forUser([line(source, '/x')]));
      expect(volumes.list()).to.deep.equal([]);
    });

  for (const target of [
    '/',
    '/__w',
    '/__w/',
    '/__w/../__w',
    '/__w/_temp',
    '/__w/_temp/x',
    '/__e',
    '/__e/node20',
    '/__podhooks',
    '/__podhooks/x',
    '//',
    '__e',
  ])
    it(`may not cover what the hook mounts, as at ${target}`, () => {
      const error = hookErrorOf('UNSUPPORTED', () => volumesOf(runnerPod()).forUser([line('data', target)]));
      expect(error.message).to.contain(`"data:${target}"`).and.contain('which the hook needs');
    });

  for (const target of ['/__w/hello-world/hello-world/node_modules', '/__weights', '/home/runner', '/data/'])
    it(`may lie at ${target}`, () => {
      const [mount] = volumesOf(runnerPod()).forUser([line('data', target)]);
      expect(mount?.mountPath).to.equal(target.replace(/\/$/, ''));
    });

  it('may not leave the work folder', () => {
    hookErrorOf('UNSUPPORTED', () => volumesOf(runnerPod()).forUser([line(`${WORK}/../.credentials`, '/x')]));
  });
});

describe('workPath', () => {
  it('is where the runner has what the job sees at /__w', () => {
    expect(workPath(container)).to.equal(WORK);
    expect(workPath(prepareJobArgs('v13').container)).to.equal('/srv/runner-work');
    expect(workPath(null)).to.equal(undefined);
  });
});

describe('volumes that the administrator names', () => {
  const CLAIM = { persistentVolumeClaim: { claimName: 'caches' } };
  const NAMED: NamedVolumes = {
    maven: { ...CLAIM, subPath: 'maven' },
    npm: { ...CLAIM, subPath: 'npm', readOnly: true },
    memory: { emptyDir: { medium: 'Memory', sizeLimit: '1Gi' } },
  };
  const mounted = (...lines: MountVolume[]) => {
    const volumes = volumesOf(runnerPod(), [], NAMED);
    return { mounts: volumes.forUser(lines), list: volumes.list() };
  };

  it('are mounted by their names, and one claim is one volume', () => {
    const { mounts, list } = mounted(line('maven', '/m'), line('npm', '/n'), line('memory', '/x', true));
    const [maven, , memory] = mounts.map(({ name }) => name);
    expect(mounts).to.deep.equal([
      { name: maven, mountPath: '/m', subPath: 'maven' },
      { name: maven, mountPath: '/n', subPath: 'npm', readOnly: true },
      { name: memory, mountPath: '/x', readOnly: true },
    ]);
    expect(list).to.deep.equal([
      { name: maven, ...CLAIM },
      { name: memory, emptyDir: { medium: 'Memory', sizeLimit: '1Gi' } },
    ]);
  });

  it('are no others: these live as long as the pod', () => {
    for (const name of ['Maven', 'maven2', 'constructor', '__proto__'])
      expect(mounted(line(name, '/m')).list.map(({ emptyDir }) => emptyDir)).to.deep.equal([{}]);
  });
});

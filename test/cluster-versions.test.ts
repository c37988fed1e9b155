import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect } from 'chai';

const execute = promisify(execFile);
const CLUSTER = join(import.meta.dirname, 'cluster');

/** `die` ends only the subshell. */
const REFUSE = '(refuse_other_version && echo goes on) 2>&1 || true';

describe('the version of the cluster built from packages', () => {
  let state: string;
  beforeEach(async () => {
    state = await mkdtemp(join(tmpdir(), 'podhooks-versions-'));
  });
  afterEach(() => rm(state, { recursive: true }));

  /** As if `up` had started this process as its API server. */
  async function recordUp(version: string): Promise<void> {
    await mkdir(join(state, 'pids'), { recursive: true });
    const stat = (await readFile('/proc/self/stat', 'utf8')).split(' ');
    await writeFile(join(state, 'pids/kube-apiserver'), `${process.pid}\n`);
    await writeFile(join(state, 'pids/kube-apiserver.start'), `${stat[21] ?? ''}\n`);
    await writeFile(join(state, 'version'), `${version}\n`);
  }

  /** What a script prints that has read the settings; `up` is the version that is recorded as up. */
  async function settings(script: string, asked?: string, up?: string): Promise<string> {
    await mkdir(state, { recursive: true });
    if (up !== undefined) await recordUp(up);
    const { stdout } = await execute('bash', ['-c', `. "$1"; ${script}`, '_', join(CLUSTER, 'settings.sh')], {
      env: {
        ...process.env,
        K8S_TESTBED_STATE: state,
        K8S_TESTBED_CACHE: '/cache',
        K8S_TESTBED_VERSION: asked ?? '',
      },
    });
    return stdout.trim();
  }

  it('is one for CI unless another is asked for', async () => {
    expect(await settings('echo "$K8S_VERSION"')).to.equal('v1.34.4');
    expect(await settings('echo "$K8S_VERSION"', 'v1.37.2')).to.equal('v1.37.2');
  });

  it('is, for all that does not ask, the one that is up', async () => {
    expect(await settings('echo "$K8S_VERSION $BIN"', undefined, 'v1.37.2')).to.equal(
      'v1.37.2 /cache/v1.37.2/bin',
    );
  });

  it('is the one for CI again once the other one is gone, even if nobody ended it', async () => {
    await mkdir(state, { recursive: true });
    await writeFile(join(state, 'version'), 'v1.37.2\n');
    expect(await settings('echo "$K8S_VERSION"')).to.equal('v1.34.4');
  });

  it('is not taken for another one, which would end unasked', async () => {
    const said = await settings(REFUSE, 'v1.37.2', 'v1.34.4');
    expect(said).to.contain('Kubernetes v1.34.4 is up, v1.37.2 was asked for: end it first');
    expect(said).to.not.contain('goes on');
    expect(await settings(REFUSE, 'v1.37.2', 'v1.37.2')).to.equal('goes on');
  });

  it('has a containerd with image volumes from 1.35 on', async () => {
    expect(await settings('echo "$CONTAINERD"', 'v1.34.4')).to.equal('debian');
    expect(await settings('echo "$CONTAINERD"', 'v1.35.4')).to.equal('compiled');
  });

  it('is that of the modules that it is built from', async () => {
    const files = (await readdir(join(CLUSTER, 'build'))).filter((name) => /^v.*\.mod$/.test(name));
    for (const file of files) {
      const version = file.replace('.mod', '');
      const text = await readFile(join(CLUSTER, 'build', file), 'utf8');
      expect(text).to.contain(`k8s.io/kubernetes ${version}`);
      const staged = [...text.matchAll(/=> k8s\.io\/\S+ v0\.(\d+)\./g)].map(([, minor]) => minor);
      expect(new Set(staged)).to.deep.equal(new Set([version.split('.')[1]]));
    }
  });
});

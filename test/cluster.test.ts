import { execFile } from 'node:child_process';
import { chmod, mkdir, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect } from 'chai';
import { down, up } from './cluster/beds.js';
import { chooseBed, type Facts } from './cluster/choose-bed.js';
import { clusterEnvironment } from './cluster/environment.js';
import { shellExports, writeRecord } from './cluster/record.js';

const execute = promisify(execFile);

const nothing: Facts = {
  wanted: undefined,
  current: undefined,
  kubeconfig: undefined,
  kubectl: false,
  docker: false,
  kind: false,
  root: false,
  debian12: false,
  go: false,
  npm: false,
};
const withDocker: Facts = { ...nothing, kubectl: true, docker: true, kind: true };
const onDebian: Facts = { ...nothing, root: true, debian12: true, go: true, npm: true };
const withAll: Facts = { ...onDebian, kubectl: true, docker: true, kind: true };

async function failureOf(promise: Promise<unknown>): Promise<string> {
  try {
    await promise;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
  throw new Error('expected a failure, but there was none');
}

describe('the choice of a test cluster', () => {
  const choices: [title: string, facts: Facts, bed: string][] = [
    ['takes kind where docker and kind are', withDocker, 'kind'],
    ['prefers kind to building from packages', withAll, 'kind'],
    ['builds from packages where there is no docker', onDebian, 'packages'],
    [
      'builds from packages where docker is there without kind',
      { ...onDebian, docker: true, kubectl: true },
      'packages',
    ],
    [
      'takes the cluster of an explicit KUBECONFIG',
      { ...withDocker, kubeconfig: '/home/me/test.yaml' },
      'existing',
    ],
    ['takes an existing cluster on demand', { ...withDocker, wanted: 'existing' }, 'existing'],
    ['builds from packages on demand', { ...withAll, wanted: 'packages' }, 'packages'],
    ['stays with the cluster that is up', { ...withDocker, current: 'packages' }, 'packages'],
    [
      'needs no tools for the cluster that is up already',
      { ...nothing, current: 'packages', wanted: 'packages' },
      'packages',
    ],
    [
      'leaves an existing cluster for another one',
      { ...withDocker, current: 'existing', wanted: 'kind' },
      'kind',
    ],
    ['treats an empty PODHOOKS_TEST_CLUSTER as unset', { ...onDebian, wanted: '' }, 'packages'],
  ];
  for (const [title, facts, bed] of choices) {
    it(title, () => {
      expect(chooseBed(facts)).to.equal(bed);
    });
  }

  const refusals: [title: string, facts: Facts, words: string[]][] = [
    [
      'names what each way misses where none is possible',
      nothing,
      ['docker', 'kind', 'root', 'Debian 12', 'go', 'npm', 'PODHOOKS_TEST_CLUSTER=existing'],
    ],
    [
      'names only what is missing of the cluster built from packages',
      { ...onDebian, root: false, wanted: 'packages' },
      ['packages', 'root'],
    ],
    [
      'asks for kubectl with an existing cluster',
      { ...nothing, kubeconfig: '/home/me/test.yaml' },
      ['existing', 'kubectl'],
    ],
    [
      'does not know other names',
      { ...onDebian, wanted: 'minikube' },
      ['minikube', 'existing, kind, packages'],
    ],
    [
      'does not lose a cluster of its own that is up',
      { ...withDocker, current: 'packages', kubeconfig: '/home/me/test.yaml' },
      ['packages', 'npm run cluster:down'],
    ],
  ];
  for (const [title, facts, words] of refusals) {
    it(title, () => {
      for (const word of words) {
        expect(() => chooseBed(facts)).to.throw(word);
      }
    });
  }

  it('does not name what is there', () => {
    expect(() => chooseBed({ ...onDebian, root: false, wanted: 'packages' })).to.not.throw(/Debian|npm/);
  });
});

describe('the environment of the test cluster', () => {
  let directory: string;
  let env: NodeJS.ProcessEnv;
  /** A kubectl that notes its arguments; `answers` false: as with a cluster that is gone. */
  async function fakeKubectl(answers: boolean): Promise<void> {
    const readyz = answers ? 'echo ok' : 'echo "connection refused by the test" >&2; exit 1';
    await writeFile(
      join(directory, 'bin', 'kubectl'),
      `#!/bin/sh
echo "$*" >> '${directory}/calls'
case "$*" in
  *current-context*) echo blue ;;
  *jsonpath*) echo https://blue.test:6443 ;;
  *view*--minify*--flatten*--raw*) echo "# one context of $KUBECONFIG" ;;
  *readyz*) ${readyz} ;;
  *) echo "unexpected call" >&2; exit 2 ;;
esac
`,
    );
    await chmod(join(directory, 'bin', 'kubectl'), 0o755);
  }

  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'podhooks-bed-'));
    await mkdir(join(directory, 'bin'));
    env = {
      HOME: directory,
      XDG_STATE_HOME: join(directory, 'state'),
      PATH: `${join(directory, 'bin')}:/usr/bin:/bin`,
      KUBECONFIG: join(directory, 'mine.yaml'),
    };
    await writeFile(join(directory, 'mine.yaml'), 'mine');
    await fakeKubectl(true);
  });
  afterEach(() => rm(directory, { recursive: true }));

  it('says how to get a cluster when there is none', async () => {
    expect(await failureOf(clusterEnvironment(env))).to.include('run npm run cluster:up');
  });

  it('says so, too, when the recorded cluster does not answer any more', async () => {
    await fakeKubectl(false);
    await writeRecord({ bed: 'kind', kubeconfig: '/kind.yaml', path: [], about: 'kind' }, env);
    const message = await failureOf(clusterEnvironment(env));
    expect(message).to.include('run npm run cluster:up');
    expect(message).to.include('connection refused by the test');
  });

  it('gives KUBECONFIG and PATH of the recorded cluster and keeps the rest', async () => {
    await writeRecord(
      { bed: 'packages', kubeconfig: '/admin.yaml', path: ['/cluster/bin'], about: 'packages' },
      env,
    );
    const environment = await clusterEnvironment({ ...env, LANG: 'C' });
    expect(environment).to.include({
      KUBECONFIG: '/admin.yaml',
      PATH: `/cluster/bin:${env['PATH'] ?? ''}`,
      LANG: 'C',
    });
  });

  it('prints exports that a shell reads back, whatever is in the names', async () => {
    const kubeconfig = `/a b/it's $HOME.yaml`;
    const lines = shellExports({ bed: 'kind', kubeconfig, path: ['/x y'], about: 'kind' });
    const { stdout } = await execute('sh', ['-c', `${lines}\nprintf '%s|%s' "$KUBECONFIG" "$PATH"`], {
      env: { PATH: '/bin' },
    });
    expect(stdout).to.equal(`${kubeconfig}|/x y:/bin`);
  });

  it('uses the current context of an existing cluster, pinned, and only reads there', async () => {
    const record = await up(env, () => undefined);
    expect(record.bed).to.equal('existing');
    expect(record.about).to.include('blue').and.to.include('https://blue.test:6443');
    expect(await readFile(record.kubeconfig, 'utf8'))
      .to.include('one context of')
      .and.include('mine.yaml');
    expect((await stat(record.kubeconfig)).mode & 0o777).to.equal(0o600);
    const calls = (await readFile(join(directory, 'calls'), 'utf8')).trim().split('\n');
    expect(
      calls.filter((call) => !/^config (view|current-context)|get --raw \/readyz/.test(call)),
    ).to.deep.equal([]);
    expect(await clusterEnvironment(env)).to.include({ KUBECONFIG: record.kubeconfig });
  });

  it('comes back to the same cluster from the environment that it printed', async () => {
    const first = await up(env, () => undefined);
    expect(await up({ ...env, KUBECONFIG: first.kubeconfig }, () => undefined)).to.deep.equal(first);
  });

  it('does not fall back to another cluster when the existing one does not answer', async () => {
    await fakeKubectl(false);
    const message = await failureOf(up(env, () => undefined));
    expect(message).to.include('context blue').and.include('connection refused by the test');
    expect(await failureOf(clusterEnvironment(env))).to.include('cluster:up');
  });

  it('only forgets an existing cluster when it is told to end it', async () => {
    const { kubeconfig } = await up(env, () => undefined);
    await rm(join(directory, 'calls'));
    await down(env, () => undefined);
    expect(await failureOf(readFile(kubeconfig))).to.include('ENOENT');
    expect(await failureOf(readFile(join(directory, 'calls')))).to.include('ENOENT');
    expect(await readFile(join(directory, 'mine.yaml'), 'utf8')).to.equal('mine');
    expect(await failureOf(clusterEnvironment(env))).to.include('cluster:up');
  });

  it('has nothing to end where nothing was brought up', async () => {
    const words: string[] = [];
    await down(env, (text) => words.push(text));
    expect(words.join(' ')).to.include('no test cluster');
  });
});

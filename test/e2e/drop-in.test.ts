import { expect } from 'chai';
import type { PodRunner } from '../runner/pod-runner.js';
import type { JobContainers } from '../runner/runner.js';
import { shellAction } from '../runner/shell-action.js';
import { log, MODES, podRunner } from './support.js';

const prepare = async (runner: PodRunner, containers: JobContainers) => {
  const result = await runner.prepareJob(containers);
  expect(result.exitCode, log(result)).to.equal(0);
  return result;
};
const run = async (runner: PodRunner, script: string) => log(await runner.run({ run: script }));

/** Jobs as people have them who come from actions/runner-container-hooks or from docker. */
for (const mode of MODES)
  describe(`what jobs rely on, ${mode} mode`, () => {
    let runner: PodRunner;
    before(async () => (runner = await podRunner(mode)));
    afterEach(() => runner.cleanupJob());
    after(() => runner.close());

    it('gives the job container what the workflow says of CI', async () => {
      await prepare(runner, { container: { image: 'debian:12', env: { CI: 'false' } } });
      expect(await run(runner, 'echo "$CI $GITHUB_ACTIONS"')).to.equal('false true\n\n[exit code 0]');
    });

    it('shows the job container to kubectl, in the work folder', async () => {
      const result = await prepare(runner, {
        container: { image: 'debian:12' },
        services: [{ image: 'redis:7' }],
      });
      const pod = result.response?.context?.container?.network ?? '';
      const look = () => runner.kubectl('exec', pod, '--', 'sh', '-c', 'pwd; cat /etc/os-release');
      expect(await look())
        .to.match(/^\/__w\n/)
        .and.contain('debian');
      // In volume mode, the runner itself cannot go on without its workspace.
      if (mode === 'volume') return;
      expect(await run(runner, 'rm -rf "$GITHUB_WORKSPACE"; echo gone')).to.equal('gone\n\n[exit code 0]');
      expect(await look()).to.match(/^\/__w\n/);
      const next = await runner.run({ run: 'mkdir "$GITHUB_WORKSPACE"; pwd', workingDirectory: '/' });
      expect(log(next)).to.equal('/\n\n[exit code 0]');
    });

    it('starts a service without the docker socket that it asks for, with one warning', async () => {
      const socket = '/var/run/docker.sock';
      const result = await prepare(runner, {
        container: { image: 'debian:12' },
        services: [{ image: 'redis:7', volumes: [`${socket}:${socket}`, 'data:/data'] }],
      });
      expect(log(result).match(/::warning[^\n]*/g)).to.have.length(1);
      expect(log(result)).to.match(/::warning[^\n]*redis[^\n]*docker\.sock/);
    });
  });

const TEMPLATE = '/home/runner/template.yaml';

describe('two services of one image, volume mode', () => {
  it('are numbered in the order of the workflow, and reached by port, in docker actions by name, too', async () => {
    const runner = await podRunner('volume');
    const command = '--port 6380 --bind 0.0.0.0 --protected-mode no';
    const result = await prepare(runner, {
      container: { image: 'debian:12' },
      services: [{ image: 'redis:7' }, { image: 'redis:latest', entrypoint: 'redis-server', command }],
    });
    expect(result.response?.context?.services?.map(({ id }) => id)).to.deep.equal(['redis-0', 'redis-1']);
    const ask = (place: string) =>
      `exec 3<> /dev/tcp/${place}; printf 'CONFIG GET port\\r\\nQUIT\\r\\n' >&3; tr -d '\\r' <&3 | sed -n 5p`;
    const step = await runner.run({
      run: `(${ask('localhost/6379')}); (${ask('localhost/6380')})`,
      shell: 'bash',
    });
    expect(log(step)).to.equal('6379\n6380\n\n[exit code 0]');
    const action = await runner.containerAction(
      shellAction('for at in "redis-0 6379" "redis-1 6380"; do echo PING | nc -w 2 $at; done'),
    );
    expect(log(action)).to.equal('+PONG\n+PONG\n\n[exit code 0]');
    await runner.close();
  });
});

describe('steps that keep the HOME of their image', () => {
  for (const [image, home] of [
    ['testbed/action:1', '/home/app'],
    ['debian:12', '/root'],
  ] as const)
    it(`have ${home} in ${image}`, async () => {
      const runner = await podRunner('novolume', { env: { ACTIONS_RUNNER_HOOK_IMAGE_HOME: 'true' } });
      await prepare(runner, { container: { image } });
      expect(await run(runner, 'echo "$HOME"; ls -d /github/home')).to.equal(
        `${home}\n/github/home\n\n[exit code 0]`,
      );
      await runner.close();
    });
});

describe('containers beside the job, volume mode', () => {
  it('see the work folder at /__w, as in actions/runner-container-hooks', async () => {
    const runner = await podRunner('volume');
    const serve =
      'until [ -e /__w/asked ]; do sleep 0.1; done; echo "from a service" > /__w/answer; sleep 3600\n';
    await runner.writeFile(`${runner.folders.work}/serve.sh`, serve);
    await prepare(runner, {
      container: { image: 'debian:12' },
      services: [{ image: 'busybox:1.36', entrypoint: 'sh', command: '/__w/serve.sh' }],
    });
    const ask = 'touch /__w/asked; until [ -s /__w/answer ]; do sleep 0.1; done; cat /__w/answer';
    expect(await run(runner, ask)).to.equal('from a service\n\n[exit code 0]');
    const action = await runner.containerAction({
      image: 'docker://alpine:3.20',
      entrypoint: '/bin/cat',
      args: '/__w/answer',
    });
    expect(log(action)).to.equal('from a service\n\n[exit code 0]');
    await runner.close();
  });
});

describe('a namespace with a quota on limits', () => {
  it('runs a job, its service and what the runner sends, once the template has limits for the two', async () => {
    const runner = await podRunner('novolume', {
      env: { ACTIONS_RUNNER_CONTAINER_HOOK_TEMPLATE: TEMPLATE },
    });
    const containers = { container: { image: 'debian:12' }, services: [{ image: 'redis:7' }] };
    await runner.kubectl('create', 'quota', 'limits', '--hard=limits.cpu=4,limits.memory=2Gi');
    await runner.writeFile(TEMPLATE, 'spec: {}');
    const refused = await runner.prepareJob(containers);
    expect(log(refused)).to.contain('must specify limits.cpu');

    const limits = 'resources: { limits: { cpu: 500m, memory: 256Mi } }';
    await runner.writeFile(
      TEMPLATE,
      `spec: { containers: [{ name: $job, ${limits} }, { name: $redis, ${limits} }] }`,
    );
    // More than the helper's limit of memory: what it writes is page cache, which the kernel takes back.
    const large = `${runner.folders.actions}/octo-org/large/v1/data`;
    await runner.exec(['sh', '-c', `mkdir -p "$(dirname ${large})"; head -c 700M /dev/zero > ${large}`]);
    await prepare(runner, containers);
    expect(await run(runner, 'stat -c %s /__w/_actions/octo-org/large/v1/data')).to.equal(
      `${700 * 2 ** 20}\n\n[exit code 0]`,
    );
    await runner.close();
  });
});

describe('a volume on a folder of the workspace, novolume mode', () => {
  let runner: PodRunner;
  before(async () => (runner = await podRunner('novolume')));
  afterEach(() => runner.cleanupJob());
  after(() => runner.close());

  const FOLDERS: readonly [what: string, make: string, seen: string][] = [
    ['is empty', 'mkdir -p deep/data', ''],
    ['has an empty folder in it', 'mkdir -p deep/data/inside', 'inside\n'],
    ['has a file in it', 'mkdir -p deep/data; echo > deep/data/file', 'file\n'],
    ['is missing in an empty folder', 'mkdir -p deep', ''],
    ['is missing', ':', ''],
  ];
  for (const [what, make, seen] of FOLDERS)
    it(`is mounted when it ${what}, for a user other than root`, async () => {
      const { workspace } = runner.folders;
      await runner.exec(['sh', '-c', `cd ${workspace}; rm -rf deep; ${make}`]);
      const volumes = [`${workspace}/deep/data:/data`];
      await prepare(runner, { container: { image: 'testbed/action:1', volumes } });
      expect(await run(runner, 'ls deep/data; echo x > /data/new; cat deep/data/new')).to.equal(
        `${seen}x\n\n[exit code 0]`,
      );
    });
});

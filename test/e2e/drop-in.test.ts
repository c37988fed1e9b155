import { expect } from 'chai';
import type { PodRunner } from '../runner/pod-runner.js';
import type { JobContainers } from '../runner/runner.js';
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

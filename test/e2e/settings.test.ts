import { expect } from 'chai';
import type { PodRunner } from '../runner/pod-runner.js';
import { log, podRunner } from './support.js';

describe('the settings file', () => {
  it('holds for prepare_job and, through the state, for the steps after it; a variable wins', async () => {
    const file = '/home/runner/settings.yaml';
    const runner = await podRunner('novolume', {
      env: {
        ACTIONS_RUNNER_HOOK_CONFIG: file,
        ACTIONS_RUNNER_HOOK_INHERIT_PROXY: 'false',
      },
    });
    await runner.writeFile(
      file,
      'template: /home/runner/t.yaml\ninherit: { serviceAccount: false, proxy: true }\nheartbeat: { periodMs: 4000 }\n',
    );
    await runner.writeFile('/home/runner/t.yaml', 'metadata: { annotations: { example.com/from: file } }\n');
    const result = await runner.prepareJob({ container: { image: 'debian:12' } });
    expect(result.exitCode, log(result)).to.equal(0);
    const { pods } = await runner.objects();
    expect(pods[0]?.spec?.serviceAccountName).to.equal('default');
    expect(pods[0]?.metadata?.annotations).to.include({ 'example.com/from': 'file' });
    // A file that is broken in the middle of a job is the next job's trouble.
    await runner.writeFile(file, 'nonsense: true\n');
    const step = await runner.run({ run: 'echo fine' });
    expect(log(step)).to.equal('fine\n\n[exit code 0]');
    const end = await runner.cleanupJob();
    expect(end.exitCode, log(end)).to.equal(0);
    const next = await runner.prepareJob({ container: { image: 'debian:12' } });
    expect(next.exitCode).to.equal(125);
    expect(log(next)).to.contain(`The settings file has one fault:%0A  ${file}:1: nonsense: unknown setting`);
    await runner.close();
  });
});

describe('externals from the image of the runner', () => {
  let runner: PodRunner;
  before(async () => {
    runner = await podRunner('novolume', { env: { ACTIONS_RUNNER_HOOK_EXTERNALS_FROM: 'image' } });
  });
  after(() => runner.close());

  it('are mounted on Kubernetes 1.35 and newer, for glibc and Alpine, and named on older ones', async () => {
    const { minor } = JSON.parse(await runner.kubectl('get', '--raw', '/version')) as { minor: string };
    for (const [image, node] of [
      ['debian:12', 'node20'],
      ['alpine:3.20', 'node20_alpine'],
    ] as const) {
      const prepared = log(await runner.prepareJob({ container: { image } }));
      if (Number.parseInt(minor) < 35) {
        expect(prepared).to.contain('which came with Kubernetes 1.35');
        continue;
      }
      expect(prepared).to.contain('[exit code 0]');
      const run = `/__e/${node}/bin/node --version; grep -c '^overlay /__e ' /proc/mounts`;
      expect(log(await runner.run({ run }))).to.match(/^v20\.[^\n]*\n1\n/);
    }
    expect((await runner.cleanupJob()).exitCode).to.equal(0);
  });
});

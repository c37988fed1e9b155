import { expect } from 'chai';
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

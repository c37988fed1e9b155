import { expect } from 'chai';
import { log, podRunner } from './support.js';
import type { PodRunner } from '../runner/pod-runner.js';

/** Runs a step, does something to its pod once it has begun, and gives what the user reads. */
async function disturbed(runner: PodRunner, run: string, disturb: () => Promise<unknown>): Promise<string> {
  let disturbance: Promise<unknown> | undefined;
  const onOutput = () => {
    disturbance ??= disturb();
  };
  const result = await runner.run({ run }, { onOutput });
  await disturbance;
  return log(result);
}

describe('a step whose pod is lost', () => {
  let runner: PodRunner;
  const file = '/home/runner/template.yaml';
  before(async () => {
    runner = await podRunner('novolume', { env: { ACTIONS_RUNNER_CONTAINER_HOOK_TEMPLATE: file } });
    await runner.writeFile(
      file,
      'spec: { containers: [{ name: $job, resources: { limits: { memory: 64Mi } } }] }',
    );
  });
  after(() => runner.close());
  beforeEach(async () => {
    const result = await runner.prepareJob({ container: { image: 'debian:12' } });
    expect(result.exitCode, log(result)).to.equal(0);
  });
  afterEach(() => runner.cleanupJob());

  const jobPod = async () => (await runner.objects()).pods[0]?.metadata?.name ?? '';

  it('names a pod that was deleted', async () => {
    const text = await disturbed(runner, 'echo started; sleep 60', async () =>
      runner.kubectl('delete', 'pod', await jobPod(), '--grace-period=0', '--force'),
    );
    expect(text).to.match(
      /^started\n::error title=podhooks%3A STEP_LOST::The step was lost: pod \S+ was deleted/,
    );
    expect(text).to.contain('[exit code 125]');
  });

  it('names a container that was ended', async () => {
    const text = await disturbed(runner, 'echo started; sleep 1; kill -TERM 1; sleep 60', () =>
      Promise.resolve(),
    );
    expect(text).to.match(
      /^started\n::error title=podhooks%3A STEP_LOST::The step was lost: container job of pod \S+ ended/,
    );
  });

  it('passes on that a process of the step ran out of memory', async () => {
    const text = await disturbed(
      runner,
      'echo started; head -c 200M /dev/zero | tail -n 1 | wc -c; exit ${PIPESTATUS:-0}',
      () => Promise.resolve(),
    );
    expect(text)
      .to.match(/^started\n/)
      .and.not.contain('STEP_LOST');
  });
});

import { expect } from 'chai';
import { ARC_RULES, type Rule } from '../engine/index.js';
import { describeWithMounts } from '../engine/needs-mounts.js';
import type { EngineRunner } from '../runner/engine-runner.js';
import type { JobContainers } from '../runner/runner.js';
import { engineRunner, errorOf, leftovers, log, succeeded } from './support.js';

const JOB: JobContainers = { container: { image: 'debian:12' } };

describeWithMounts('a job that cannot start', () => {
  let runner: EngineRunner;
  before(async () => {
    const env = { ACTIONS_RUNNER_PREPARE_JOB_TIMEOUT_SECONDS: '2' };
    const images = {
      'ends:1': { cmd: ['sh', '-c', 'exit 7'] },
      'late:1': { cmd: ['sleep', 'infinity'], pullMs: 500 },
    };
    runner = await engineRunner('volume', { env, images });
  });
  after(() => runner.close());
  afterEach(async () => expect(await leftovers(runner)).to.deep.equal([]));

  const fails = async (job: JobContainers, title: string, ...words: (string | RegExp)[]) => {
    const error = errorOf(await runner.prepareJob(job));
    expect(error.title).to.equal(`podhooks: ${title}`);
    for (const word of words) expect(error.text).to.match(typeof word === 'string' ? literal(word) : word);
  };

  it('names the image that does not exist, of the job and of a service', async () => {
    const hint =
      'Check that the image exists in docker.io, and that the pod has credentials for it if it is private. Pull secrets of the pod: none.';
    await fails(
      { container: { image: 'no/such-image:1' } },
      'POD_FAILED',
      'the image no/such-image:1 of container job',
      'no/such-image:1: not found',
      hint,
    );
    await fails(
      { ...JOB, services: [{ image: 'no/such-service:1' }] },
      'POD_FAILED',
      'the image no/such-service:1 of container',
      hint,
    );
  });

  it('passes on what the registry said', async () => {
    const off = runner.engine.faults.pullFails('debian:12', 'pull access denied, authorization failed');
    await fails(JOB, 'POD_FAILED', 'pull access denied, authorization failed');
    off();
  });

  it('names a service that has ended', () =>
    fails(
      // It has time to end while the next one is being pulled.
      { ...JOB, services: [{ image: 'ends:1' }, { image: 'late:1' }] },
      'POD_FAILED',
      /container ends\S* of pod .* exit code 7/,
    ));

  it('says what the scheduler waits for, when the time is up', async () => {
    const off = runner.engine.faults.unschedulable(
      /-workflow-/,
      '0/3 nodes are available: 3 Insufficient cpu.',
    );
    await fails(JOB, 'POD_TIMEOUT', 'did not start within 2 s', '3 Insufficient cpu');
    off();
  });

  it('can start once the fault is gone', async () => {
    succeeded(await runner.prepareJob(JOB));
    succeeded(await runner.cleanupJob());
  });
});

describeWithMounts('a step whose pod is lost', () => {
  let runner: EngineRunner;
  before(async () => {
    runner = await engineRunner('volume');
  });
  after(() => runner.close());
  beforeEach(async () => succeeded(await runner.prepareJob(JOB)));
  afterEach(async () => {
    succeeded(await runner.cleanupJob());
    expect(await leftovers(runner)).to.deep.equal([]);
  });

  for (const [what, disturb, words] of [
    ['a pod that was deleted', (name: string) => runner.deletePod(name), /pod \S+ was deleted/],
    [
      'an eviction',
      (name: string) => runner.engine.faults.evict(name),
      /evicted: The node was low on resource/,
    ],
    [
      'a container that used too much memory',
      (name: string) => runner.engine.faults.oomKill(name, 'job'),
      /container job of pod \S+ was OOMKilled/,
    ],
  ] as const)
    it(`names ${what}`, async () => {
      const name = (await runner.objects()).pods[0]?.metadata?.name ?? '';
      let disturbance: unknown;
      const onOutput = () => (disturbance ??= disturb(name));
      const result = await runner.run({ run: 'echo started; sleep 60' }, { onOutput });
      await disturbance;
      const error = errorOf(result);
      expect(error.title, log(result)).to.equal('podhooks: STEP_LOST');
      expect(error.text).to.match(words);
      expect(log(result)).to.match(/^started\n::error/);
    });
});

describe('a missing right', () => {
  const without = (verb: string, resource: string): Rule[] =>
    ARC_RULES.kubernetes.map((rule) =>
      rule.resources.includes(resource)
        ? { ...rule, verbs: rule.verbs.filter((name) => name !== verb) }
        : rule,
    );
  const job = { container: { image: 'debian:12' }, services: [{ image: 'redis:7', env: { A: 'b' } }] };

  for (const [verb, resource, command] of [
    ['get', 'pods', 'prepareJob'],
    ['create', 'pods', 'prepareJob'],
    ['create', 'secrets', 'prepareJob'],
    ['list', 'pods', 'cleanupJob'],
  ] as const)
    it(`is named, as "${verb}" on ${resource} in ${command}`, async () => {
      const runner = await engineRunner('volume', { rules: without(verb, resource) });
      const result = await (command === 'prepareJob' ? runner.prepareJob(job) : runner.cleanupJob());
      const { title, text } = errorOf(result);
      expect(title).to.equal('podhooks: API_FORBIDDEN');
      expect(text)
        .to.contain(`cannot ${verb} resource "${resource}"`)
        .and.contain(`Add the verb "${verb}" on "${resource}" to the Role`);
      expect(await leftovers(runner)).to.deep.equal([]);
      await runner.close();
    });
});

const literal = (text: string) => new RegExp(text.replaceAll(/[$()*+.?[\\\]^{|}]/g, '\\$&'));

import { expect } from 'chai';
import { describeWithMounts } from '../engine/needs-mounts.js';
import type { EngineRunner } from '../runner/engine-runner.js';
import { errorOf, jobPod, leftovers, log, preparedRunner, requestsOf, succeeded } from './support.js';

describeWithMounts('a job whose state a step forges', () => {
  let runner: EngineRunner;
  beforeEach(async () => (runner = await preparedRunner('volume')));
  afterEach(() => runner.close());

  /** A step that answers in the hook's place: the runner hands its state to all commands after it. */
  const forge = async (state: object) => {
    const answer = JSON.stringify({ state });
    const folder = '/__w/_temp/_runner_hook_responses';
    const step = await runner.run({ run: `for f in ${folder}/*; do echo '${answer}' > "$f"; done` });
    expect(succeeded(step).response?.state).to.deep.equal(state);
  };

  const states: readonly [what: string, state: (pod: string) => object][] = [
    [
      'as another container of another pod',
      () => ({ jobPod: 'x/exec?container=runner&command=id', mode: 'volume' }),
    ],
    ['as another pod', () => ({ jobPod: '../pods/x', mode: 'volume' })],
    ['with another mode', (pod) => ({ jobPod: pod, mode: 'novolume' })],
    ['with another certificate', (pod) => ({ jobPod: pod, mode: 'volume', certificate: 'AA:BB' })],
    ['with a signature of its own', (pod) => ({ job: JSON.stringify({ jobPod: pod }), signature: '00' })],
    ['as nothing', () => ({})],
  ];
  for (const [what, state] of states)
    it(`runs nothing after it ${what}, and cleans up all the same`, async () => {
      await forge(state(await jobPod(runner)));
      const requests = await requestsOf(runner, async () => {
        const step = await runner.run({ run: 'echo it ran' });
        expect(errorOf(step).text).to.contain('was not written by its prepare_job');
        expect(step.stdout.toString()).to.not.contain('it ran');
        const action = await runner.containerAction({ image: 'redis:7' });
        expect(errorOf(action).title).to.equal('podhooks: STEP_INVALID');
      });
      expect(requests).to.deep.equal([]);
      expect(log(await runner.cleanupJob())).to.equal('\n[exit code 0]');
      expect(await leftovers(runner)).to.deep.equal([]);
    });

  it('takes no state of the job before', async () => {
    const old = (await runner.prepareJob({ container: { image: 'debian:12' } })).response?.state ?? {};
    succeeded(await runner.cleanupJob());
    await runner.startJob();
    succeeded(await runner.prepareJob({ container: { image: 'debian:12' } }));
    await forge(old);
    expect(errorOf(await runner.run({ run: 'true' })).text).to.contain('its signature is wrong');
  });
});

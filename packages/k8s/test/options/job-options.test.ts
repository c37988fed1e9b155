import { expect } from 'chai';
import { JobOptions } from '../../src/options/job-options.js';
import { OPTIONS } from '../../src/options/table.js';
import { hookContainer } from '../support/containers.js';
import { NO_POLICY } from '../support/options-policy.js';
import { CASES, LARGE, made } from './option-cases.js';

describe('JobOptions', () => {
  it('has a case for each option that works', () => {
    const working = OPTIONS.filter(({ kind }) => kind === 'works' || kind === 'guarded').map(
      ({ names: [name = ''] }) => name,
    );
    expect(Object.keys(CASES)).to.have.members(working);
  });

  for (const cases of Object.values(CASES))
    for (const { job = null, service = null, seen, is } of cases)
      it(`puts ${job ?? service ?? ''} of ${job === null ? 'a service' : 'the job container'} into the pod`, () => {
        expect(seen(made(job, service))).to.deep.equal(is);
      });

  for (const { names, kind, isFlag } of OPTIONS)
    if (kind === 'refused' || kind === 'without effect')
      for (const name of names)
        it(`leaves the pod as it is with ${name}, and says so`, () => {
          const { spec, warnings, lines } = made(`${name}${isFlag ? '' : ' x'}`);
          expect(spec).to.deep.equal(made(null).spec);
          expect([...warnings, ...lines].join('\n')).to.contain(names[0]);
        });

  it('leaves a pod without options as it is, but for the names of services', () => {
    const { spec, job, redis, warnings, lines } = made(null);
    expect(Object.keys(spec ?? {})).to.have.members(['containers', 'volumes', 'hostAliases']);
    for (const each of [job, redis])
      expect(Object.keys(each ?? {})).to.have.members(['name', 'volumeMounts']);
    expect([...warnings, ...lines]).to.deep.equal([]);
  });

  it('lets what the workflow says elsewhere win over options', () => {
    const services = [hookContainer({ createOptions: '--entrypoint a' })];
    const options = new JobOptions(null, services, ['redis'], NO_POLICY);
    expect(options.applyTo({ name: 'redis', command: ['b'] }).command).to.deep.equal(['b']);
  });

  describe('with a preset', () => {
    it('give the container its resources, and the pod its nodes', () => {
      const { spec, job, redis, warnings, lines } = made('--label podhooks.preset=large');
      expect(job?.resources).to.deep.equal(LARGE.resources);
      expect(redis?.resources).to.equal(undefined);
      expect(spec?.nodeSelector).to.deep.equal({ pool: 'large' });
      expect(spec?.tolerations).to.deep.equal(LARGE.tolerations);
      expect(warnings).to.deep.equal([]);
      expect(lines).to.deep.equal(['Size of the job container: limits memory 32Gi; requests cpu 8']);
    });

    it('say nothing of the resources that the preset speaks of', () => {
      const { job } = made('--cpus 1 --memory 1g --storage-opt size=1g --label podhooks.preset=large');
      expect(job?.resources).to.deep.equal({
        limits: { 'ephemeral-storage': '1Gi', memory: '32Gi' },
        requests: { 'ephemeral-storage': '0', cpu: '8' },
      });
    });

    it('name the presets that there are where it is none of them', () => {
      const { spec, job, warnings } = made('--label podhooks.preset=huge');
      expect([spec?.nodeSelector, job?.resources]).to.deep.equal([undefined, undefined]);
      expect(warnings.join('\n')).to.contain(
        'Options of the job container: --label podhooks.preset: there is no preset "huge"; ACTIONS_RUNNER_HOOK_PRESETS has large.',
      );
    });
  });
});

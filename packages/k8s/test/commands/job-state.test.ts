import { expect } from 'chai';
import { hookErrorOf } from '../../../hooklib/test/hook-error.js';
import { certificateIn, jobState, readJobState } from '../../src/commands/job-state.js';

describe('the state of a job', () => {
  for (const mode of ['volume', 'no-volume'] as const)
    it(`comes back as prepare_job leaves it in ${mode} mode`, () => {
      const state = jobState({ jobPod: 'p', mode, certificate: 'AA:BB' });
      expect(readJobState(state)).to.deep.include({ jobPod: 'p', mode });
      expect(certificateIn(state)).to.equal('AA:BB');
    });

  it('knows no certificate where there is none', () => {
    for (const state of [null, {}, { certificate: 7 }]) expect(certificateIn(state)).to.equal(undefined);
  });

  for (const state of [
    null,
    {},
    { jobPod: 'p' },
    { jobPod: 1, mode: 'volume' },
    { jobPod: 'p', mode: 'other' },
  ])
    it(`is none in ${JSON.stringify(state)}`, () => {
      const error = hookErrorOf('STEP_INVALID', () => readJobState(state));
      expect(error.message).to.contain('"Initialize containers" did not succeed');
    });
});

import { expect } from 'chai';
import { hookErrorOf } from '../../../hooklib/test/hook-error.js';
import { requirePodName } from '../../src/pods/require-pod-name.js';
import { readSettings } from '../../src/settings/read.js';

describe('requirePodName', () => {
  it('returns the name of the runner pod', () => {
    expect(requirePodName(readSettings({ ACTIONS_RUNNER_POD_NAME: 'ci-runner-1' }))).to.equal('ci-runner-1');
  });

  it('names the chart version that knows kubernetes-novolume: older charts ignore the mode, and set no name', () => {
    const error = hookErrorOf('SETTINGS_INVALID', () => requirePodName(readSettings({})));
    expect(error.message).to.equal('ACTIONS_RUNNER_POD_NAME is not set.');
    expect(error.hint).to.contain('containerMode.type').and.contain('chart version 0.13.0');
  });
});

import { expect } from 'chai';
import { carriedSettings } from '../../src/settings/carried.js';
import { parseSettings } from '../../src/settings/file.js';
import { readSettings } from '../../src/settings/read.js';
import { VARIABLES } from '../../src/settings/schema.js';
import { READINGS } from './readings.js';

type Key = keyof typeof VARIABLES;
const keys = Object.keys(VARIABLES).filter((key): key is Key => key in VARIABLES);

describe('carriedSettings', () => {
  it('is nothing where all is as by default', () => {
    expect(carriedSettings(readSettings({}))).to.deep.equal({});
  });

  for (const key of keys) {
    const reading = READINGS[key];
    if (reading === undefined) continue;
    it(`gives the commands after prepare_job the same ${key}`, () => {
      const settings = readSettings({}, parseSettings('s.yaml', reading.file));
      const state: unknown = JSON.parse(JSON.stringify(carriedSettings(settings)));
      expect(state).to.deep.equal({ [VARIABLES[key].key ?? '']: reading.value });
      const again = readSettings({}, { values: state as Record<string, unknown>, faults: [] });
      expect(again).to.deep.equal(settings);
    });
  }

  it('carries nothing of the runner itself', () => {
    const environment = {
      ACTIONS_RUNNER_POD_NAME: 'p',
      ACTIONS_RUNNER_KUBERNETES_NAMESPACE: 'n',
      KUBECONFIG: '/k',
      RUNNER_TEMP: '/t',
    };
    expect(carriedSettings(readSettings(environment))).to.deep.equal({});
  });

  it('counts a value that no setting can have as none, in whatever state it comes back', () => {
    const values = { 'heartbeat.periodMs': 'x', apiRetrySeconds: -1, template: 7, kubeconfig: '/evil' };
    expect(readSettings({}, { values, faults: [] })).to.deep.equal(readSettings({}));
  });
});

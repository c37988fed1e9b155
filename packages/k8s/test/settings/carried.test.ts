import { expect } from 'chai';
import { carriedSettings } from '../../src/settings/carried.js';
import { parseSettings } from '../../src/settings/file.js';
import { readSettings } from '../../src/settings/read.js';
import { VARIABLES } from '../../src/settings/schema.js';
import { casesOf, SETTINGS, yamlOf } from './readings.js';

describe('carriedSettings', () => {
  it('is nothing where all is as by default', () => {
    expect(carriedSettings(readSettings({}))).to.deep.equal({});
  });

  for (const key of SETTINGS) {
    const { key: path } = VARIABLES[key];
    if (path === undefined) continue;
    const { reading } = casesOf(VARIABLES[key]);
    it(`gives the commands after prepare_job the same ${key}`, () => {
      const settings = readSettings({}, parseSettings('s.yaml', yamlOf(path, reading.yaml)));
      const state: unknown = JSON.parse(JSON.stringify(carriedSettings(settings)));
      expect(state).to.deep.equal({ [path]: reading.value });
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

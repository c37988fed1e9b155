import { expect } from 'chai';
import { VARIABLES } from '../../src/settings/schema.js';
import { unknownVariables } from '../../src/settings/unknown-variables.js';

describe('variables that look like settings', () => {
  it('are told with the likely name', () => {
    expect(unknownVariables(['ACTIONS_RUNNER_CONTAINER_HOOK_TEMPLAET'])).to.deep.equal([
      'The runner container has the variable ACTIONS_RUNNER_CONTAINER_HOOK_TEMPLAET, which this version of the hook does not know; did you mean ACTIONS_RUNNER_CONTAINER_HOOK_TEMPLATE?',
    ]);
  });

  it('are told without one where none is near', () => {
    expect(unknownVariables(['ACTIONS_RUNNER_HOOK_COLOUR'])).to.deep.equal([
      'The runner container has the variable ACTIONS_RUNNER_HOOK_COLOUR, which this version of the hook does not know',
    ]);
  });

  it('are known if they are settings, or the runner’s own', () => {
    const names = Object.values(VARIABLES).map(({ name }) => name);
    const runners = ['ACTIONS_RUNNER_CONTAINER_HOOKS', 'ACTIONS_RUNNER_HOOK_JOB_STARTED'];
    expect(unknownVariables([...names, ...runners])).to.deep.equal([]);
  });
});

import { expect } from 'chai';
import { inheritSettings } from '../../src/pods/inherit-settings.js';
import { inheritDefaults } from '../../src/merge/inherit.js';
import { parseSettings } from '../../src/settings/file.js';
import { readSettings } from '../../src/settings/read.js';

const MODES = ['volume', 'novolume'] as const;

describe('inheritSettings', () => {
  for (const mode of MODES)
    it(`is what pods inherit by default in ${mode} mode, where nothing is set`, () => {
      expect(inheritSettings(readSettings({}), mode)).to.deep.equal(inheritDefaults(mode));
    });

  const PARTS: [file: string, environment: Record<string, string>, part: object][] = [
    [
      'imagePullSecrets: false',
      { ACTIONS_RUNNER_HOOK_INHERIT_PULL_SECRETS: 'false' },
      { imagePullSecrets: false },
    ],
    [
      'serviceAccount: false',
      { ACTIONS_RUNNER_HOOK_INHERIT_SERVICE_ACCOUNT: 'no' },
      { serviceAccount: false },
    ],
    [
      'annotations: { allow: [a/*], deny: ["*"] }',
      {
        ACTIONS_RUNNER_HOOK_INHERIT_ANNOTATIONS_ALLOW: 'a/*',
        ACTIONS_RUNNER_HOOK_INHERIT_ANNOTATIONS_DENY: '*',
      },
      { annotations: { allow: ['a/*'], deny: ['*'] } },
    ],
    [
      'labels: [team, a/*]',
      { ACTIONS_RUNNER_HOOK_INHERIT_LABELS: 'team, a/*' },
      { labels: { allow: ['team', 'a/*'], deny: ['*'] } },
    ],
    ['fsGroup: true', { ACTIONS_RUNNER_HOOK_INHERIT_FS_GROUP: '1' }, { fsGroup: true }],
    ['fsGroup: false', { ACTIONS_RUNNER_HOOK_INHERIT_FS_GROUP: '0' }, { fsGroup: false }],
    ['tolerations: true', { ACTIONS_RUNNER_HOOK_INHERIT_TOLERATIONS: 'true' }, { tolerations: true }],
    ['priorityClass: true', { ACTIONS_RUNNER_HOOK_INHERIT_PRIORITY_CLASS: 'true' }, { priorityClass: true }],
    ['proxy: true', { ACTIONS_RUNNER_HOOK_INHERIT_PROXY: 'true' }, { proxy: true }],
  ];
  for (const [file, environment, part] of PARTS)
    it(`has ${JSON.stringify(part)} from the file as from the environment`, () => {
      for (const mode of MODES) {
        const expected = { ...inheritDefaults(mode), ...part };
        const settings = readSettings({}, parseSettings('s.yaml', `inherit: { ${file} }`));
        expect(inheritSettings(settings, mode)).to.deep.equal(expected);
        expect(inheritSettings(readSettings(environment), mode)).to.deep.equal(expected);
      }
    });

  it('has one part for each setting of the table', () => {
    const parts = PARTS.flatMap(([, , part]) => Object.keys(part));
    expect([...new Set(parts)]).to.have.members(Object.keys(inheritDefaults('volume')));
  });
});

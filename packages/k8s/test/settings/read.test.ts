import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { hookErrorOf } from '../../../hooklib/test/hook-error.js';
import { readSettings, type Settings } from '../../src/settings/read.js';
import { FILE_COMMANDS } from '../../src/settings/file-commands.js';
import { VARIABLES } from '../../src/settings/schema.js';
import type { Variable } from '../../src/settings/variable.js';
import { casesOf, type Setting, SETTINGS } from './readings.js';

const valueOf = (settings: Settings, key: Setting): unknown => settings[key];

describe('readSettings', () => {
  for (const key of SETTINGS) {
    const { name, fallback, kind }: Variable<unknown> = VARIABLES[key];
    const { good, bad = [] } = casesOf(VARIABLES[key]).texts;

    it(`has a default for ${name}, also when it is empty`, () => {
      expect(valueOf(readSettings({}), key)).to.deep.equal(fallback);
      expect(valueOf(readSettings({ [name]: '' }), key)).to.deep.equal(fallback);
    });

    for (const [text, value] of good)
      it(`reads ${name}=${JSON.stringify(text)}`, () => {
        expect(valueOf(readSettings({ [name]: text }), key)).to.deep.equal(value);
      });

    for (const text of bad)
      it(`refuses ${name}=${JSON.stringify(text)}, and says what it wants`, () => {
        const { message } = hookErrorOf('SETTINGS_INVALID', () => readSettings({ [name]: text }));
        const got = kind.hidden ? 'something else' : JSON.stringify(text);
        expect(message).to.match(new RegExp(`a bad variable: ${name} wants .*, got ${got}\\.$`));
      });
  }

  it('reads no setting that nothing uses', () => {
    const source = join(import.meta.dirname, '../../src');
    const texts = readdirSync(source, { recursive: true, encoding: 'utf8' })
      .filter((name) => name.endsWith('.ts') && name !== 'settings/schema.ts')
      .map((name) => readFileSync(join(source, name), 'utf8'));
    const isUsed = (key: string) => texts.some((text) => new RegExp(`\\b${key}\\b`).test(text));
    expect(SETTINGS.filter((key) => !isUsed(key))).to.deep.equal([]);
  });

  it('names all bad variables in one error', () => {
    const { message } = hookErrorOf('SETTINGS_INVALID', () =>
      readSettings({
        ACTIONS_RUNNER_HOOK_RWO: 'perhaps',
        RUNNER_TEMP: 'relative',
        ACTIONS_RUNNER_PREPARE_JOB_TIMEOUT_SECONDS: '0',
        ACTIONS_RUNNER_POD_NAME: 'good',
      }),
    );
    expect(message).to.contain('bad variables:');
    for (const words of [
      'ACTIONS_RUNNER_HOOK_RWO wants true or false, got "perhaps"',
      'RUNNER_TEMP wants an absolute path, got "relative"',
      'ACTIONS_RUNNER_PREPARE_JOB_TIMEOUT_SECONDS wants a number of seconds, 1 or more, got "0"',
    ])
      expect(message).to.contain(words);
    expect(message).to.not.contain('POD_NAME');
  });

  it('gives every variable a name of its own and a sentence for the docs', () => {
    const names = SETTINGS.map((key) => VARIABLES[key].name);
    expect(new Set(names).size).to.equal(names.length);
    for (const key of SETTINGS) expect(VARIABLES[key].about).to.match(/^\S.*\.$/s);
  });

  it('collects the file commands that are set, in their order', () => {
    const environment = { GITHUB_OUTPUT: '/o', GITHUB_ENV: '/e', GITHUB_PATH: '', OTHER: '/x' };
    expect(readSettings(environment).fileCommands).to.deep.equal(['/e', '/o']);
    const all = Object.fromEntries(FILE_COMMANDS.map((name) => [name, `/${name}`]));
    expect(readSettings(all).fileCommands).to.deep.equal(FILE_COMMANDS.map((name) => `/${name}`));
  });

  it('keeps the names of variables that may be meant as settings', () => {
    const environment = {
      PATH: '/bin',
      ACTIONS_RUNNER_CONTAINER_HOOK_TEMPLAET: 'x',
      Actions_Runner_Hook_Rwo: 'x',
      ACTIONS_RUNNER_HOOK_EMPTY: '',
    };
    expect(readSettings(environment).variables).to.deep.equal([
      'ACTIONS_RUNNER_CONTAINER_HOOK_TEMPLAET',
      'Actions_Runner_Hook_Rwo',
    ]);
  });

  it('keeps the facts of the job that templates may refer to', () => {
    const { placeholders } = readSettings({
      GITHUB_REPOSITORY: 'octo/app',
      GITHUB_TOKEN: 'secret',
      GITHUB_RUN_ID: '7',
    });
    expect(placeholders).to.deep.equal({ GITHUB_REPOSITORY: 'octo/app', GITHUB_RUN_ID: '7' });
  });
});

import { expect } from 'chai';
import { hookErrorOf } from '../../../hooklib/test/hook-error.js';
import { readSettings, type Settings } from '../../src/settings/read.js';
import { FILE_COMMANDS } from '../../src/settings/file-commands.js';
import { VARIABLES } from '../../src/settings/schema.js';

type Key = keyof typeof VARIABLES;

/** What a variable's text is read as, and texts that it cannot have. */
const READINGS: Readonly<
  Record<Key, { good: readonly [text: string, value: unknown][]; bad?: readonly string[] }>
> = {
  settingsFile: paths(),
  podName: { good: [['runner-1', 'runner-1']] },
  namespace: { good: [['ci', 'ci']] },
  claimName: { good: [['claim', 'claim']] },
  runnerImage: { good: [['ghcr.io/r:1', 'ghcr.io/r:1']] },
  readWriteOnce: flags(),
  template: paths(),
  inheritPullSecrets: flags(),
  inheritServiceAccount: flags(),
  volumesAllow: {
    good: [
      ['/a', ['/a']],
      ['/a, /b/c', ['/a', '/b/c']],
    ],
    bad: ['a', '/a b'],
  },
  imagesAllow: globs(),
  optionsAllow: globs(),
  optionsMaxCpus: numbers(0.001),
  optionsMaxMemoryMb: numbers(1),
  inheritAnnotationsAllow: globs(),
  inheritAnnotationsDeny: globs(),
  inheritLabels: globs(),
  inheritFsGroup: flags(),
  inheritTolerations: flags(),
  inheritPriorityClass: flags(),
  inheritProxy: flags(),
  imageHome: flags(),
  filesBackBudgetMb: numbers(0),
  filesBackExclude: globs(),
  prepareTimeoutSeconds: numbers(1),
  jobMaxSeconds: numbers(1),
  imagePullGraceSeconds: numbers(0),
  apiRetrySeconds: numbers(0),
  stepReconnectSeconds: numbers(0),
  heartbeatPeriodMs: numbers(100),
  heartbeatDeadlineMs: numbers(100),
  serverUrl: { good: [['https://github.com', 'https://github.com']] },
  temp: paths(),
  debug: flags(),
  serviceHost: { good: [['10.96.0.1', '10.96.0.1']] },
  servicePort: { good: [['443', '443']] },
  kubeconfig: { good: [['~/x', '~/x']] },
};

function flags() {
  const good = (['true', 'TRUE', '1', 'yes'] as const).map((text): [string, unknown] => [text, true]);
  const no = (['false', 'False', '0', 'no'] as const).map((text): [string, unknown] => [text, false]);
  return { good: [...good, ...no], bad: ['maybe', 'on', ' true'] };
}

function paths() {
  const good: [string, unknown][] = [['/a b/c', '/a b/c']];
  return { good, bad: ['a/b', './a', '~/a'] };
}

function globs() {
  const good: [string, unknown][] = [
    ['a.io/*', ['a.io/*']],
    [' a, b\n c,,d ', ['a', 'b', 'c', 'd']],
  ];
  return { good };
}

function numbers(least: number) {
  const good: [string, unknown][] = [
    [`${least}`, least],
    ['300', 300],
    ['250.5', 250.5],
  ];
  return { good, bad: [`${least - 0.1}`, 'ten', '10s', 'NaN', 'Infinity'] };
}

const keys = Object.keys(VARIABLES).filter((key): key is Key => key in VARIABLES);
const valueOf = (settings: Settings, key: Key): unknown => settings[key];

describe('readSettings', () => {
  for (const key of keys) {
    const { name, fallback } = VARIABLES[key];
    const { good, bad = [] } = READINGS[key];

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
        expect(message).to.match(
          new RegExp(`a bad variable: ${name} wants .*, got ${JSON.stringify(text)}\\.$`),
        );
      });
  }

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
    const names = keys.map((key) => VARIABLES[key].name);
    expect(new Set(names).size).to.equal(names.length);
    for (const key of keys) expect(VARIABLES[key].about).to.match(/^\S.*\.$/s);
  });

  it('collects the file commands that are set, in their order', () => {
    const environment = { GITHUB_OUTPUT: '/o', GITHUB_ENV: '/e', GITHUB_PATH: '', OTHER: '/x' };
    expect(readSettings(environment).fileCommands).to.deep.equal(['/e', '/o']);
    const all = Object.fromEntries(FILE_COMMANDS.map((name) => [name, `/${name}`]));
    expect(readSettings(all).fileCommands).to.deep.equal(FILE_COMMANDS.map((name) => `/${name}`));
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

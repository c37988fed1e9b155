import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { hookRejectionOf } from '../../../hooklib/test/hook-error.js';
import { parseSettings } from '../../src/settings/file.js';
import { readSettings, readSettingsWithFile, type Settings } from '../../src/settings/read.js';
import { VARIABLES } from '../../src/settings/schema.js';
import { casesOf, type Setting, SETTINGS, yamlOf } from './readings.js';

const FILE = '/etc/podhooks/settings.yaml';
const read = (text: string, environment: Record<string, string> = {}): Settings =>
  readSettings(environment, parseSettings(FILE, text));
const faultsOf = (text: string) => parseSettings(FILE, text).faults;

const valueOf = (settings: Settings, key: Setting): unknown => settings[key];

describe('the settings file', () => {
  it('has a key of its own for each setting that does not belong to one runner', () => {
    const paths = SETTINGS.flatMap((key) => VARIABLES[key].key ?? []);
    expect(new Set(paths).size).to.equal(paths.length);
    for (const path of paths) expect(path).to.match(/^[a-z][A-Za-z]*(\.[a-z][A-Za-z]*)*$/);
  });

  for (const key of SETTINGS) {
    const { name, fallback, kind, key: path } = VARIABLES[key];
    if (path === undefined) continue;
    const { reading } = casesOf(VARIABLES[key]);
    const file = yamlOf(path, reading.yaml);

    it(`says ${path}, and ${name} wins over it`, () => {
      expect(valueOf(read(file), key)).to.deep.equal(reading.value);
      expect(valueOf(read(file, { [name]: '' }), key)).to.deep.equal(reading.value);
      expect(valueOf(read(file, { [name]: reading.variable }), key)).to.deep.equal(reading.wins);
    });

    it(`may say nothing after ${path}`, () => {
      expect(valueOf(read(yamlOf(path, '')), key)).to.deep.equal(fallback);
    });

    it(`cannot have other things as ${path}`, () => {
      for (const [yaml, seen] of reading.bad)
        expect(faultsOf(yamlOf(path, yaml)), yaml).to.deep.equal([
          `${FILE}:1: ${path}: expected ${kind.wants}, found ${seen}`,
        ]);
    });
  }

  const NOTHING: [title: string, text: string][] = [
    ['an empty file', ''],
    ['comments only', '# none\n---\n# here\n'],
    ['headings only', 'inherit:\nheartbeat:\n'],
    ['an empty map', '{}'],
  ];
  for (const [title, text] of NOTHING)
    it(`is no settings as ${title}`, () => {
      expect(parseSettings(FILE, text)).to.deep.equal({ values: {}, faults: [] });
    });

  const FAULTS: [title: string, text: string, ...faults: (string | RegExp)[]][] = [
    [
      'an unknown setting',
      'inherit:\n  proxi: true',
      /:2: inherit\.proxi: unknown setting; did you mean proxy\?$/,
    ],
    [
      'a setting in the wrong place',
      '\nserviceAccount: false',
      /:2: .*did you mean inherit\.serviceAccount\?$/,
    ],
    ['a group in the wrong place', 'annotations: { deny: [] }', /did you mean inherit\.annotations\?$/],
    [
      'the name of a variable',
      'ACTIONS_RUNNER_HOOK_RWO: true',
      /unknown setting; did you mean readWriteOnce\?$/,
    ],
    [
      'a setting that only a variable can be',
      'namespace: ci',
      /namespace: unknown setting; there are claimName, .*inherit, files, timings, heartbeat$/,
    ],
    ['a path with dots', 'inherit.proxy: true', /:1: \["inherit\.proxy"\]: unknown setting; /],
    [
      'what is below a setting',
      'template:\n  path: /x',
      /: template: expected an absolute path, found a map$/,
    ],
    ['a value for a group', 'inherit: false', /:1: inherit: expected a map, found false$/],
    ['a prototype', '__proto__: { template: /x }', /:1: __proto__: unknown setting/],
    ['a key that stands twice', 'template: /x\ntemplate: /y', /:2: invalid YAML: duplicated mapping key/],
    ['a list', '- template: /x', /:1: expected a map of settings, found a list$/],
    ['a text', 'hello', /:1: expected a map of settings, found "hello"$/],
    [
      'a second document',
      'template: /x\n---\ntemplate: /y',
      /:3: expected one document, found a second one$/,
    ],
    ['broken YAML', 'inherit: [', /settings\.yaml:\d: invalid YAML: /],
    ['a tab', 'inherit:\n\tproxy: true', /:2: invalid YAML: /],
    [
      'a billion laughs',
      Array.from({ length: 8 }, (_, n) => `a${n}: &a${n} [${`${n ? `*a${n - 1}` : 'x'} ,`.repeat(9)}]`).join(
        '\n',
      ),
      /more than 100000 values with all aliases replaced$/,
    ],
    ['a megabyte', `claimName: ${'x'.repeat(1 << 20)}`, /the file is larger than 1048576 bytes$/],
    [
      'many things at once, in the order of the file',
      'template: x\ninherit:\n  labels: a\n  annotation: {}\nheartbeat: { periodMs: 1 }\nretries: 3',
      /:1: template: expected an absolute path, found "x"$/,
      /:3: inherit\.labels: expected a list of names with \*, found "a"$/,
      /:4: inherit\.annotation: unknown setting; did you mean annotations\?$/,
      /:5: heartbeat\.periodMs: expected a number of milliseconds, 100 or more, found 1$/,
      /:6: retries: unknown setting; there are /,
    ],
  ];
  for (const [title, text, ...expected] of FAULTS)
    it(`cannot have ${title}`, () => {
      const { values, faults } = parseSettings(FILE, text);
      expect(values).to.deep.equal({});
      expect(faults).to.have.length(expected.length);
      for (const [index, pattern] of expected.entries()) expect(faults[index]).to.match(new RegExp(pattern));
      for (const fault of faults) expect(fault).to.match(/^\/etc\/podhooks\/settings\.yaml/);
    });

  it('may use anchors and merged maps', () => {
    const text = 'heartbeat: &times { periodMs: 200 }\n';
    expect(read(`${text}inherit: { annotations: { allow: &a [x], deny: *a } }`)).to.deep.include({
      heartbeatPeriodMs: 200,
      inheritAnnotationsAllow: ['x'],
      inheritAnnotationsDeny: ['x'],
    });
  });
});

describe('readSettingsWithFile', () => {
  let folder: string;
  beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'podhooks-settings-'))));
  afterEach(() => rmSync(folder, { recursive: true }));

  const given = (bytes: string | Buffer, environment: Record<string, string> = {}) => {
    const file = join(folder, 'settings.yaml');
    writeFileSync(file, bytes);
    return { ACTIONS_RUNNER_HOOK_CONFIG: file, ...environment };
  };
  const messageOf = async (environment: Record<string, string>) =>
    (await hookRejectionOf('SETTINGS_INVALID', readSettingsWithFile(environment))).message;

  it('reads the file that the variable names', async () => {
    const settings = await readSettingsWithFile(given('inherit: { proxy: true }'));
    expect(settings).to.include({ inheritProxy: true, prepareTimeoutSeconds: 600 });
  });

  it('needs no file', async () => {
    expect(await readSettingsWithFile({})).to.deep.equal(readSettings({}));
    expect(await readSettingsWithFile({ ACTIONS_RUNNER_HOOK_CONFIG: '' })).to.deep.equal(readSettings({}));
  });

  it('names what is wrong in the environment and in the file in one error', async () => {
    const environment = given('a: 1\nb: 2', { ACTIONS_RUNNER_HOOK_RWO: 'perhaps' });
    const { message, hint } = await hookRejectionOf('SETTINGS_INVALID', readSettingsWithFile(environment));
    expect(message.split('\n')).to.have.length(4);
    expect(message).to.contain('ACTIONS_RUNNER_HOOK_RWO wants true or false, got "perhaps"');
    expect(message).to.contain('The settings file has 2 faults:\n  ');
    expect(hint).to.contain('env of the runner container').and.contain('ACTIONS_RUNNER_HOOK_CONFIG');
  });

  it('says that there is no such file, that it is a folder, or that it is not UTF-8', async () => {
    const missing = join(folder, 'none.yaml');
    expect(await messageOf({ ACTIONS_RUNNER_HOOK_CONFIG: missing })).to.match(
      /^The settings file has one fault:\n {2}\S+none\.yaml: cannot be read: ENOENT/,
    );
    expect(await messageOf({ ACTIONS_RUNNER_HOOK_CONFIG: folder })).to.contain('cannot be read: EISDIR');
    expect(await messageOf(given(Buffer.from([0x61, 0xff])))).to.match(
      /settings\.yaml: cannot be read: it is not UTF-8$/,
    );
  });

  it('refuses a path that is not absolute', async () => {
    expect(await messageOf({ ACTIONS_RUNNER_HOOK_CONFIG: 'settings.yaml' })).to.contain(
      'ACTIONS_RUNNER_HOOK_CONFIG wants an absolute path, got "settings.yaml"',
    );
  });
});

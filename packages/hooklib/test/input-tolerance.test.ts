import { expect } from 'chai';
import { parseInput } from '../src/index.js';
import { CLEANUP, faultsOf, parsed, SCRIPT } from './inputs.js';

describe('parseInput on other shapes that are clear', () => {
  it('ignores properties that it does not know', () => {
    const input = { ...CLEANUP, args: { force: true }, correlationId: 1 };
    expect(parseInput(JSON.stringify(input))).to.deep.equal(CLEANUP);
  });

  for (const [title, text] of [
    ['a byte order mark', `\uFEFF${JSON.stringify(CLEANUP)}`],
    ['no newline at the end', JSON.stringify(CLEANUP)],
    ['blank lines around', `\r\n\n${JSON.stringify(CLEANUP)}\r\n\n`],
    ['indentation', JSON.stringify(CLEANUP, null, 2)],
  ] as const) {
    it(`accepts ${title}`, () => {
      expect(parseInput(text)).to.deep.equal(CLEANUP);
    });
  }

  it('takes absent and null properties of a container as empty', () => {
    const absent = { command: 'prepare_job', responseFile: '/r', args: { container: { image: 'a' } } };
    const container = {
      image: 'a',
      dockerfile: null,
      entryPointArgs: [],
      entryPoint: null,
      workingDirectory: null,
      createOptions: null,
      registry: null,
      environmentVariables: {},
      portMappings: [],
      systemMountVolumes: [],
      userMountVolumes: [],
    };
    const full = {
      command: 'prepare_job',
      responseFile: '/r',
      args: { container, services: [] },
      state: null,
    };
    const nulls = Object.fromEntries(Object.keys(container).map((name) => [name, null]));
    const asNull = { ...full, args: { container: { ...nulls, image: 'a' }, services: null } };
    expect(parseInput(JSON.stringify(absent))).to.deep.equal(full);
    expect(parseInput(JSON.stringify(asNull))).to.deep.equal(full);
  });

  it('hands on a state of any shape', () => {
    const state = { jobPod: 'a', deep: { list: [1, null, { b: true }] } };
    expect(parseInput(JSON.stringify({ ...CLEANUP, state }))).to.deep.equal({ ...CLEANUP, state });
  });

  it('accepts a clean-up without args and state', () => {
    expect(parseInput('{"command":"cleanup_job","responseFile":"/r.json"}')).to.deep.equal(CLEANUP);
  });

  for (const [sent, expected] of [
    ['', []],
    ['/new', ['/new']],
    ['/new:/old', ['/new', '/old']],
    [null, []],
    [['/with:colon'], ['/with:colon']],
  ] as const) {
    it(`reads the prependPath ${JSON.stringify(sent)} of older and newer runners`, () => {
      const input = { ...SCRIPT, args: { ...SCRIPT.args, prependPath: sent } };
      expect(parsed('run_script_step', JSON.stringify(input)).args.prependPath).to.deep.equal(expected);
    });
  }

  it('takes a variable called __proto__ for a variable', () => {
    const text = JSON.stringify(SCRIPT).replace(
      '"environmentVariables":{}',
      '"environmentVariables":{"__proto__":"a","constructor":"b"}',
    );
    const variables = parsed('run_script_step', text).args.environmentVariables;
    expect(Object.entries(variables)).to.deep.equal([
      ['__proto__', 'a'],
      ['constructor', 'b'],
    ]);
    expect(Object.getPrototypeOf(variables)).to.equal(Object.prototype);
  });

  it('reads no property of the prototype chain', () => {
    const text = JSON.stringify(CLEANUP).replace('{', '{"__proto__":{"state":{"jobPod":"x"}},');
    expect(parseInput(text)).to.deep.equal(CLEANUP);
    expect(faultsOf('{"__proto__":{"command":"cleanup_job","responseFile":"/r"}}')).to.have.lengthOf(2);
  });
});

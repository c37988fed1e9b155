import { expect } from 'chai';
import { parseInput } from '../src/index.js';
import { hookErrorOf } from './hook-error.js';
import { CLEANUP, faultsOf, SCRIPT } from './inputs.js';

describe('parseInput on text that is not one JSON document', () => {
  const cases: [title: string, text: string, seen: string][] = [
    ['empty input', '', 'empty'],
    ['blank input', '\uFEFF \n', 'empty'],
    [
      'truncated input',
      '{"command":"prepare_job",\n"responseFile":"/hom',
      'ends too early, behind 46 characters',
    ],
    ['input that is not JSON', '{"command": prepare}', 'is not JSON'],
    ['a raw newline in a string', '{"a":"b\nc"}', 'is not JSON at character 8'],
    [
      'two documents',
      `${JSON.stringify(CLEANUP)}\n${JSON.stringify(CLEANUP)}\n`,
      `is not JSON at character ${JSON.stringify(CLEANUP).length + 2}`,
    ],
  ];
  it('never shows the text', () => {
    const { message } = hookErrorOf('INPUT_INVALID', () => parseInput('{"token": secret-1}'));
    expect(message).to.not.contain('secret-1');
  });

  for (const [title, text, seen] of cases) {
    it(`refuses ${title}, and says where if it is known`, () => {
      expect(hookErrorOf('INPUT_INVALID', () => parseInput(text)).message).to.contain(seen);
    });
  }
});

describe('parseInput on wrong values', () => {
  const job = (container: object) => ({ command: 'prepare_job', responseFile: '/r', args: { container } });
  const cases: [title: string, input: unknown, faults: string[]][] = [
    ['a list at the top', [], ['input: expected an object, got an array']],
    ['null at the top', null, ['input: expected an object, got null']],
    ['text at the top', 'x', ['input: expected an object, got a string']],
    [
      'no command and no response file',
      {},
      [
        'command: expected one of prepare_job, run_script_step, run_container_step, cleanup_job, but it is missing',
        'responseFile: expected a string, but it is missing',
      ],
    ],
    [
      'an unknown command',
      { ...CLEANUP, command: 'job_cleanup' },
      [
        'command: expected one of prepare_job, run_script_step, run_container_step, cleanup_job, got job_cleanup',
      ],
    ],
    [
      'a command that is no name',
      { ...CLEANUP, command: 'p4ss: word' },
      [
        'command: expected one of prepare_job, run_script_step, run_container_step, cleanup_job, got a string',
      ],
    ],
    [
      'an empty response file',
      { ...CLEANUP, responseFile: '' },
      ['responseFile: expected a path, got an empty string'],
    ],
    [
      'a null response file',
      { ...CLEANUP, responseFile: null },
      ['responseFile: expected a string, got null'],
    ],
    ['a list as state', { ...CLEANUP, state: [] }, ['state: expected an object, got an array']],
    ['text as args', { ...CLEANUP, args: 'x' }, ['args: expected an object, got a string']],
    [
      'no args',
      { command: 'prepare_job', responseFile: '/r' },
      ['args: expected an object, but it is missing'],
    ],
    [
      'a container that is text',
      { ...job({}), args: { container: 'a' } },
      ['args.container: expected an object, got a string'],
    ],
    [
      'a container with neither image nor Dockerfile',
      job({}),
      ['args.container.image: expected an image, or else a dockerfile, but it is missing'],
    ],
    [
      'many faults in one container',
      job({
        image: 1,
        portMappings: ['80', 443],
        environmentVariables: { A: '1', B: 2, 'INPUT_FETCH-DEPTH': true, D: null },
        registry: { username: 'u' },
        userMountVolumes: [{ targetVolumePath: '/a', readOnly: 'ro' }, null],
        systemMountVolumes: {},
      }),
      [
        'args.container.image: expected a string, got a number',
        'args.container.registry.password: expected a string, but it is missing',
        'args.container.environmentVariables.B: expected a string, got a number',
        'args.container.environmentVariables["INPUT_FETCH-DEPTH"]: expected a string, got a boolean',
        'args.container.environmentVariables.D: expected a string, got null',
        'args.container.portMappings[1]: expected a string, got a number',
        'args.container.systemMountVolumes: expected an array, got an object',
        'args.container.userMountVolumes[0].readOnly: expected a boolean, got a string',
        'args.container.userMountVolumes[1]: expected an object, got null',
      ],
    ],
    [
      'faults in a service',
      {
        command: 'prepare_job',
        responseFile: '/r',
        args: { services: [{ image: 'a' }, { image: {} }, null] },
      },
      [
        'args.services[1].image: expected a string, got an object',
        'args.services[2]: expected an object, got null',
      ],
    ],
    [
      'a script step that lacks everything',
      { ...SCRIPT, args: {} },
      [
        'args.entryPointArgs: expected an array, but it is missing',
        'args.entryPoint: expected a string, but it is missing',
        'args.workingDirectory: expected a string, but it is missing',
      ],
    ],
    [
      'control characters in a key',
      { ...SCRIPT, args: { ...SCRIPT.args, environmentVariables: { 'a\n::error::b': 1 } } },
      ['args.environmentVariables["a\\n::error::b"]: expected a string, got a number'],
    ],
  ];
  for (const [title, input, faults] of cases) {
    it(`reports ${title}`, () => {
      expect(faultsOf(JSON.stringify(input))).to.deep.equal(faults);
    });
  }
});

describe('parseInput on very many faults', () => {
  const listed = (count: number, value: unknown = 1) =>
    faultsOf(JSON.stringify({ ...SCRIPT, args: { ...SCRIPT.args, prependPath: Array(count).fill(value) } }));

  it('lists 20 of them and counts the others', () => {
    expect(listed(20)).to.have.length(20);
    const faults = listed(300_000);
    expect(faults).to.have.length(21);
    expect(faults[19]).to.equal('args.prependPath[19]: expected a string, got a number');
    expect(faults[20]).to.equal('and 299980 more');
  });

  it('shortens the path to a fault', () => {
    const environmentVariables = { ['k'.repeat(1_000_000)]: 1 };
    const [fault = ''] = faultsOf(
      JSON.stringify({ ...SCRIPT, args: { ...SCRIPT.args, environmentVariables } }),
    );
    expect(fault.length).to.be.lessThan(300);
    expect(fault).to.match(/^args\.environmentVariables\.k+…: expected a string, got a number$/);
  });
});

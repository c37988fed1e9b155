import { expect } from 'chai';
import fc from 'fast-check';
import { argumentsOf, parseInput, splitCommandLine } from '../src/index.js';
import { hookErrorOf } from './hook-error.js';
import { payload } from './payloads.js';

describe('splitCommandLine', () => {
  const cases: [title: string, text: string, expected: string[]][] = [
    ['an empty text has no arguments', '', []],
    ['blanks alone are no arguments', ' \t\r\n ', []],
    ['arguments end at blanks, tabs and newlines', 'a  b\tc\r\nd ', ['a', 'b', 'c', 'd']],
    ['double quotes keep blanks', '-c "echo  hi"', ['-c', 'echo  hi']],
    ['newlines in double quotes stay', '"a\nb"', ['a\nb']],
    ['newlines in single quotes stay', "'a\nb'", ['a\nb']],
    ['an escaped double quote is a character', '"say \\"hi\\""', ['say "hi"']],
    ['an escaped backslash is one backslash', '"a\\\\"', ['a\\']],
    ['other backslashes in double quotes stay', '"\\d+ \\$x \\n"', ['\\d+ \\$x \\n']],
    ['single quotes are characters in double quotes', '". \'/a.ps1\'"', [". '/a.ps1'"]],
    ['single quotes keep everything as it is', '\'a "b" \\ $c\'', ['a "b" \\ $c']],
    ['a backslash outside quotes takes the meaning of the next character', 'a\\ b\\"\\\'\\\\', ['a b"\'\\']],
    ['a backslash before a newline joins two lines', 'a\\\nb \\\n c', ['ab', 'c']],
    ['a backslash at the end is a character', 'a\\', ['a\\']],
    ['empty quotes are an empty argument', '"" \'\' a""', ['', '', 'a']],
    ['quotes join what stands beside them', '--name="a b"\'c d\'e', ['--name=a bc de']],
    ['nothing is expanded', '$HOME `id` *.js ~ # x', ['$HOME', '`id`', '*.js', '~', '#', 'x']],
    ['a custom shell with double quotes', '-c "set -o nounset; . /s.sh"', ['-c', 'set -o nounset; . /s.sh']],
    ['a custom shell with single quotes', "-e 'print 1' /s.pl", ['-e', 'print 1', '/s.pl']],
    ['the PowerShell wrapper', '-command ". \'/s.ps1\'"', ['-command', ". '/s.ps1'"]],
  ];
  for (const [title, text, expected] of cases) {
    it(title, () => {
      expect(splitCommandLine(text)).to.deep.equal(expected);
    });
  }

  const unbalanced: [title: string, text: string, seen: string][] = [
    ['a double quote that is never closed', 'a "b c', 'double quote at character 3'],
    ['a single quote that is never closed', "it's", 'single quote at character 3'],
    ['a closing quote that is escaped', '"dir\\"', 'double quote at character 1'],
    ['a single quote opened after others were closed', "'a' \"b\" 'c", 'single quote at character 9'],
  ];
  for (const [title, text, seen] of unbalanced) {
    it(`refuses ${title}, says where, and does not show the text`, () => {
      const error = hookErrorOf('STEP_INVALID', () => splitCommandLine(text));
      expect(error.message).to.contain(seen).and.not.contain(text);
    });
  }

  const quoters: Record<string, (argument: string) => string> = {
    'double quotes': (argument) => `"${argument.replace(/["\\]/g, '\\$&')}"`,
    'single quotes': (argument) => `'${argument.replaceAll("'", "'\\''")}'`,
  };
  for (const [name, quote] of Object.entries(quoters)) {
    it(`gives back any arguments that were quoted with ${name}`, () => {
      const argument = fc.oneof(
        fc.string(),
        fc.string({ unit: fc.constantFrom(' ', '\t', '\n', '\r', '"', "'", '\\', '$', 'a') }),
      );
      fc.assert(
        fc.property(fc.array(argument), (list) => {
          expect(splitCommandLine(list.map(quote).join(' '))).to.deep.equal(list);
        }),
      );
    });
  }
});

describe('argumentsOf', () => {
  const cases: [prefix: string, expected: string[]][] = [
    ['02', ['/__w/_actions/actions/checkout/v5/dist/index.js']],
    [
      '03',
      ['--noprofile', '--norc', '-e', '-o', 'pipefail', '/__w/_temp/602e21fd-1f2e-4d3c-8b7a-9e37863a5de5.sh'],
    ],
    ['04', ['-e', '/__w/_temp/602e40ec-1f2e-4d3c-8b7a-9e37863bf6fe.sh']],
    ['05', ['-c', 'echo hello from $GITHUB_WORKSPACE && ls -la']],
    [
      '06',
      ['--noprofile', '--norc', '-e', '-o', 'pipefail', '/__w/_temp/602e7eca-1f2e-4d3c-8b7a-9e37863f2930.sh'],
    ],
    ['07', ['--name', 'hello world', '', 'say "hi"']],
    ['08', []],
    ['09', ['--name', 'hello world', '', 'say "hi"']],
    ['10', ['/__w/_actions/actions/checkout/v5/dist/index.js']],
    ['v07', ['-command', ". '/__w/_temp/602ff1fe-1f2e-4d3c-8b7a-9e378652565c.ps1'"]],
    ['v08', ['-c', 'set -o nounset; . /__w/_temp/603010ed-1f2e-4d3c-8b7a-9e378653ef75.sh']],
    [
      'v09',
      ['--noprofile', '--norc', '-e', '-o', 'pipefail', '/__w/_temp/60302fdc-1f2e-4d3c-8b7a-9e378655888e.sh'],
    ],
    ['v10', ['/__w/_actions/actions/checkout/v5/dist/index.js']],
    ['v12', []],
  ];
  for (const [prefix, expected] of cases) {
    it(`finds the arguments of payload ${prefix}`, () => {
      const input = parseInput(payload(prefix));
      if (input.command !== 'run_script_step' && input.command !== 'run_container_step') {
        throw new Error(`payload ${prefix} is no step`);
      }
      expect(argumentsOf(input.args.entryPointArgs)).to.deep.equal(expected);
    });
  }

  it("finds the arguments of a service's command", () => {
    const input = parseInput(payload('v06'));
    if (input.command !== 'prepare_job') throw new Error('payload v06 prepares no job');
    expect(argumentsOf(input.args.services[0]!.entryPointArgs)).to.deep.equal([
      '--save',
      '60 1',
      '--loglevel',
      'warning',
    ]);
  });

  it('keeps blanks in quotes that were cut into empty pieces', () => {
    expect(argumentsOf(['-c', '"a', '', '', 'b"'])).to.deep.equal(['-c', 'a   b']);
  });
});

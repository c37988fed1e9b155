import { expect } from 'chai';
import fc from 'fast-check';
import { parseWorkflowCommand } from '../../../test/runner/workflow-commands.js';
import { inertLine, inertLines } from '../src/inert.js';
import type { RunnerLog } from '../src/log.js';
import { written } from './support/written.js';

/** The runner's own reading is narrower: it ends lines at \r and \n, and knows a list of names. */
const LINE_END = /\r\n|[\n\v\f\r\x85\u2028\u2029]/;
const holdsCommand = (line: string) => /^[\s\x85]*::/.test(line) || line.includes('##[');

/** Texts that try: commands, and all that could bring one to the beginning of a line. */
const hostile = fc
  .array(
    fc.oneof(
      fc.constantFrom(
        '\n',
        '\r',
        '\r\n',
        '\x85',
        '\u2028',
        '\u2029',
        '\v',
        '\f',
        '\0',
        '\x1b[2K',
        '\ufeff',
        '\xa0',
      ),
      fc.constantFrom(
        ' ',
        '\t',
        ':',
        '::',
        '#',
        '##[',
        '[',
        '%0A',
        '%0D%0A',
        '::add-path::/tmp',
        '##[add-path]/tmp',
      ),
      fc.constantFrom('::stop-commands::x', '::error title=a::b', 'image:1'),
      fc.string(),
    ),
    { maxLength: 12 },
  )
  .map((parts) => parts.join(''));

describe('what the hook prints itself', () => {
  it('holds no workflow command in a plain line, and is one line', () => {
    fc.assert(
      fc.property(hostile, (text) => {
        const printed = written((log) => log.line(text));
        expect(printed.endsWith('\n')).to.equal(true);
        const lines = printed.slice(0, -1).split(LINE_END);
        expect(lines).to.have.length(1);
        expect(lines.filter(holdsCommand)).to.deep.equal([]);
      }),
      { numRuns: 2_000 },
    );
  });

  const COMMANDS: readonly [name: string, print: (log: RunnerLog, text: string) => void][] = [
    ['warning', (log, text) => log.warning(text)],
    ['error', (log, text) => log.error(text, 'podhooks: POD_FAILED')],
    [
      'debug',
      (log, text) => {
        log.debugging = true;
        log.debug(text);
      },
    ],
  ];
  for (const [name, print] of COMMANDS)
    it(`holds no workflow command but one ${name}, also once it has been decoded`, () => {
      fc.assert(
        fc.property(hostile, (text) => {
          const printed = written((log) => print(log, text));
          const [line = '', ...others] = printed.slice(0, -1).split(LINE_END);
          expect(others).to.deep.equal([]);
          const command = parseWorkflowCommand(line);
          expect(command?.name).to.equal(name);
          expect(command?.data.split('\n').filter(holdsCommand)).to.deep.equal([]);
        }),
        { numRuns: 1_000 },
      );
    });

  it('shows what it has escaped', () => {
    expect(inertLine('a\n::add-path::/x\r##[debug]\x1b')).to.equal('a\\n::add-path::/x\\r## [debug]\\u001b');
    expect(inertLine('  ::add-path::/x')).to.equal('  : :add-path::/x');
  });

  it('leaves ordinary text as it is', () => {
    const text = 'the image ghcr.io/a/b:1 [x] ##: naïve 100 %\tend';
    expect(inertLines(`${text}\n  ${text}`)).to.equal(`${text}\n  ${text}`);
  });
});

import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { expect } from 'chai';
import fc from 'fast-check';
import { quote } from '../../src/step/quote.js';
import { hookRejection } from '../support/rejection.js';
import { SHELLS } from '../support/shells.js';
import { StepBed } from '../support/step-bed.js';

/** Everything that shells treat in a way of their own, and everything else but NUL. */
const hard = fc
  .array(
    fc.oneof(
      fc.constantFrom(
        ...Array.from(' \n\t\r\'"`$\\!*?[]{}()<>|&;~#%=-\u0001\u001b\u007f'),
        '$(id)',
        '${HOME}',
        '\\n',
        "'\\''",
        '%s',
      ),
      fc
        .string({ unit: 'binary', minLength: 1, maxLength: 4 })
        .filter((text) => Buffer.from(text).toString() === text),
      fc.string({ maxLength: 6 }),
    ),
    { maxLength: 12 },
  )
  .map((parts) => parts.join('').replaceAll('\0', ''));
/** Keys of `env:` in a workflow and of inputs of actions may be no identifiers, and may have a meaning for a shell. */
const name = fc.oneof(
  fc.stringMatching(/^[A-Za-z_][A-Za-z0-9_]{0,12}$/),
  fc.stringMatching(/^[A-Za-z_][A-Za-z0-9_.-]{0,12}[.-][A-Z]{1,3}$/),
  fc.constantFrom(
    ...'PPID UID EUID IFS LC_ALL LANG SECONDS RANDOM ENV BASH_ENV SHELLOPTS OPTIND PS4 TMOUT LINENO HOME _ph_dir _ph_n'.split(
      ' ',
    ),
  ),
);
const environments = fc.dictionary(name, hard, { maxKeys: 12, noNullPrototype: true });
const RUNS = { numRuns: 8 };

/** Variables that are there without having been asked for. */
const NOT_ASKED = /^(PATH|HOME|PWD|SHLVL|_)=/;

for (const shell of SHELLS)
  describe(`a step's text in ${shell.name}`, () => {
    let bed: StepBed;
    beforeEach(() => (bed = new StepBed(shell)));
    afterEach(() => bed.close());

    it('keeps every byte of variables', () =>
      fc.assert(
        fc.asyncProperty(environments, async (environment) => {
          const { bytes, end } = await bed.run(['cat', '/proc/self/environ'], { environment });
          const entries = bytes.toString().split('\0').slice(0, -1);
          const asked = Object.entries(environment).map(([key, value]) => `${key}=${value}`);
          expect(end).to.deep.equal({ exitCode: 0 });
          expect(entries).to.include.members(asked);
          expect(entries.filter((entry) => !asked.includes(entry) && !NOT_ASKED.test(entry))).to.deep.equal(
            [],
          );
        }),
        RUNS,
      ));

    for (const command of [
      ['-a', '/__w/_temp/script.sh'],
      ['-c', '/__w/_temp/script.sh'],
      ['A=1', 'B=/__w/_temp/script.sh'],
    ] as const)
      it(`does not start ${command.join(' ')}, which would end with 0 and run nothing`, async () => {
        const attempt = async () => bed.run(command, { prependPath: ['/tmp'] });
        const { message } = await hookRejection('STEP_INVALID', attempt());
        expect(message).to.contain(`"${command[0]}" is not the name of a program`);
      });

    it('keeps every byte of arguments', () =>
      fc.assert(
        fc.asyncProperty(fc.array(hard, { maxLength: 12 }), async (args) => {
          const { bytes } = await bed.run(['dash', '-c', 'cat /proc/$$/cmdline; :', 'name', ...args]);
          expect(bytes.toString().split('\0').slice(4, -1)).to.deep.equal(args);
        }),
        RUNS,
      ));

    it('keeps every byte of files', () =>
      fc.assert(
        fc.asyncProperty(
          fc.array(
            fc.oneof(
              fc.uint8Array({ maxLength: 300 }),
              hard.map((text) => Buffer.from(text)),
            ),
            {
              maxLength: 8,
            },
          ),
          async (contents) => {
            const files = contents.map((content, index) => ({
              path: bed.path(`file ' ${index}`),
              content: Buffer.from(content),
            }));
            expect((await bed.sh(':', { files })).end).to.deep.equal({ exitCode: 0 });
            for (const { path, content } of files)
              expect(readFileSync(path).toString('hex')).to.equal(content.toString('hex'));
          },
        ),
        RUNS,
      ));

    it('enters a working directory of any name', () =>
      fc.assert(
        fc.asyncProperty(
          hard.filter((text) => !/^\.{0,2}$|\//.test(text)),
          async (folder) => {
            const workingDirectory = bed.path(folder);
            mkdirSync(workingDirectory, { recursive: true });
            const { output } = await bed.run(['readlink', '-n', '/proc/self/cwd'], { workingDirectory });
            expect(output).to.equal(workingDirectory);
          },
        ),
        RUNS,
      ));

    it('puts folders before PATH, first one first, and finds programs there', async () => {
      for (const folder of ['a b', "it's $x"]) {
        mkdirSync(bed.path(folder));
        writeFileSync(bed.path(`${folder}/tool`), `#!/bin/sh\necho '${folder.replace("'", '')}' "$PATH"\n`, {
          mode: 0o755,
        });
      }
      const prependPath = [bed.path("it's $x"), bed.path('a b')];
      const { output } = await bed.run(['tool'], { prependPath });
      expect(output).to.equal(`its $x ${prependPath.join(':')}:/usr/local/bin:/usr/bin:/bin\n`);
    });

    it('puts folders before a PATH that the workflow sets', async () => {
      const { output } = await bed.run(['printenv', 'PATH'], {
        environment: { PATH: '/usr/bin:/given' },
        prependPath: ['/first'],
      });
      expect(output).to.equal('/first:/usr/bin:/given\n');
    });

    it('takes no env from the folders before PATH', async () => {
      mkdirSync(bed.path('evil'));
      for (const program of ['env', 'cat', 'sleep', 'mkdir', 'sh', 'printf', 'rm'])
        writeFileSync(bed.path(`evil/${program}`), `#!/bin/sh\necho ${program} > ${bed.path('taken')}\n`, {
          mode: 0o755,
        });
      const { output, end } = await bed.run(['printenv', 'A-B'], {
        prependPath: [bed.path('evil')],
        environment: { 'A-B': 'value' },
      });
      expect(output).to.equal('value\n');
      expect(end).to.deep.equal({ exitCode: 0 });
      expect(existsSync(bed.path('taken'))).to.equal(false);
    });

    it('needs no argument list for a large variable', async () => {
      const { end, output } = await bed.sh('echo ${#LARGE}', { environment: { LARGE: 'x'.repeat(130_000) } });
      expect(end).to.deep.equal({ exitCode: 0 });
      expect(output).to.equal('130000\n');
    });
  });

describe('quote', () => {
  const WORDS: readonly [text: string, word: string][] = [
    ['/usr/bin/node-20_1.x:a@b%c+d=e,f', '/usr/bin/node-20_1.x:a@b%c+d=e,f'],
    ['', "''"],
    ['two words', "'two words'"],
    ["it's", "'it'\\''s'"],
    ['~', "'~'"],
    ['a\nb', "'a\nb'"],
    ['é', "'é'"],
  ];
  for (const [text, word] of WORDS)
    it(`writes ${JSON.stringify(text)} as ${word}`, () => {
      expect(quote(text)).to.equal(word);
    });

  for (const {
    name: shell,
    argv: [program, ...options],
  } of SHELLS)
    it(`gives words that ${shell} reads as they were`, () => {
      fc.assert(
        // Many words for each process: it is the processes that take long.
        fc.property(fc.array(hard, { minLength: 100, maxLength: 300 }), (words) => {
          const input = `printf '%s\\0' ${words.map(quote).join(' ')}\n`;
          const { stdout } = spawnSync(program, options, { input, encoding: 'utf8' });
          expect(stdout.split('\0').slice(0, -1)).to.deep.equal(words);
        }),
        { numRuns: 10 },
      );
    });
});

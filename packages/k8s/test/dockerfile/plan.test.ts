import { readFileSync } from 'node:fs';
import { expect } from 'chai';
import fc from 'fast-check';
import { CASES } from '../../../../test/dockerfiles/cases.js';
import { REFUSED } from '../../../../test/dockerfiles/refused.js';
import { codeBlocks } from '../../../../test/docs/markdown.js';
import { DockerfileFault } from '../../src/dockerfile/fault.js';
import { planOf } from '../support/context.js';

function faultOf(plan: () => unknown): DockerfileFault {
  try {
    plan();
  } catch (error) {
    if (error instanceof DockerfileFault) return error;
    throw error;
  }
  expect.fail('it was not refused');
}

describe('the page about Dockerfiles', () => {
  it('has an example that is run', () => {
    const page = readFileSync(new URL('../../../../docs/dockerfile-actions.md', import.meta.url), 'utf8');
    const [example] = codeBlocks(page).filter(({ language }) => language === 'dockerfile');
    expect(CASES.map(({ dockerfile }) => dockerfile.trim())).to.include(example?.text.trim());
  });
});

describe('the plan of a Dockerfile', () => {
  for (const { name, dockerfile, kind, line, why } of REFUSED)
    it(`refuses ${name}, by its line`, () => {
      const fault = faultOf(() => planOf(dockerfile));
      expect(fault.message).to.contain(why);
      expect([fault.kind, fault.line]).to.deep.equal([kind, line]);
    });

  for (const [text, why] of [
    ['FROM alpine 3', 'is not FROM <image> [AS <name>]'],
    ['FROM alpine AS 1st', '1st cannot be the name of a stage'],
    ['FROM alpine AS', 'nothing cannot be the name of a stage'],
    ['ARG T=${V:?say}\nFROM a:$T', 'V has no value: say'],
    ["FROM a\nENV A='x", 'a single quote has no end'],
    ['FROM a\nENV A=${', '${…} names no variable'],
    ['FROM a\nENV A=${B:-x', '${B has no end'],
    ['FROM a\nENV A=${B^^}', '${B…} with ^ is not supported'],
    ['FROM a\nENV A=${B', '${B…} with no end is not supported'],
    ['FROM a\nRUN --mount=1 true', '--mount=1 is not a list of key=value'],
    ['FROM a\nRUN --mount=type=bind true', 'names no target'],
    ['FROM a\nRUN --mount=type=disk,target=/x true', 'type=disk is not known'],
    ['FROM --platform=linux/arm64 a', '--platform=linux/arm64 is not the platform of the runner'],
    ['FROM --platform=windows/amd64 a', '--platform=windows/amd64 is not the platform of the runner'],
  ] as const)
    it(`refuses ${JSON.stringify(text)}`, () => {
      expect(faultOf(() => planOf(text)).message).to.contain(why);
    });

  for (const [what, text, why] of [
    [
      'ARG doubles with each line',
      `FROM a\nARG A=xx\n${'ARG A=$A$A\n'.repeat(40)}`,
      'a value of more than 131072',
    ],
    [
      'ENV doubles with each line',
      `FROM a\nENV A=$B\n${'ENV A=$A-$A\n'.repeat(40)}`,
      'a value of more than 131072',
    ],
    [
      'the ARG of all stages doubles with each line',
      `ARG A=xx\n${'ARG A=$A$A\n'.repeat(40)}FROM $A\n`,
      'a value of more than 131072',
    ],
    [
      'each of many RUN has',
      `FROM a\nENV A=${'x'.repeat(60_000)}\n${'RUN true\n'.repeat(20)}`,
      'RUN with variables of more than 1048576 characters in all',
    ],
    [
      'stand in one another',
      `FROM a\nENV A=${'${A:-'.repeat(9_000)}${'}'.repeat(9_000)}\n`,
      'variables in more than 20 others',
    ],
    ['are set by many lines', `FROM a\n${'ENV A=1\n'.repeat(2_000)}`, 'more than 2000 instructions'],
  ] as const)
    it(`refuses variables that ${what}, before they take up the memory of the runner`, () => {
      const fault = faultOf(() => planOf(text));
      expect(fault.message).to.contain(why);
      expect(fault.kind).to.equal('unsupported');
    });

  it('keeps the text of a name out of the shell', () => {
    expect(faultOf(() => planOf('FROM a\nARG x;reboot=1\nRUN true\n')).message).to.equal(
      'ARG x;reboot=1 is not name or name=value',
    );
  });

  it('joins a hundred thousand lines', () => {
    const [step] = planOf(`FROM a\nRUN true${' \\\n  && true'.repeat(100_000)}\n`).stages[0]?.steps ?? [];
    expect(step?.kind === 'run' && step.argv[2]?.length).to.equal(4 + 100_000 * 10);
  });

  it('copies a folder whole of which .dockerignore leaves nothing out, and a link in others as a link', () => {
    const files = { 'src/a': '', 'src/b': '', 'docs/c': '', 'docs/d.md': '', 'e.md': '' };
    const [step] = planOf('FROM a\nCOPY . /x/\n', files, '**/*.md\n').stages[0]?.steps ?? [];
    const entries = step?.kind === 'copy' ? step.sources : [];
    expect(entries).to.deep.equal([
      {
        kind: 'context',
        isFile: false,
        entries: [
          { from: '.', to: '.', kind: 'folder' },
          { from: 'docs', to: 'docs', kind: 'folder' },
          { from: 'docs/c', to: 'docs/c', kind: 'member' },
          { from: 'src', to: 'src', kind: 'content' },
        ],
      },
    ]);
  });

  for (const [value, expected] of [
    ['${KNOWN:-other}', 'k'],
    ['${EMPTY:-other}', 'other'],
    ['${EMPTY-other}', ''],
    ['${UNSET-other}', 'other'],
    ['${KNOWN:+other}', 'other'],
    ['${EMPTY:+other}', ''],
    ['${EMPTY+other}', 'other'],
    ['${UNSET+other}', ''],
    ['${UNSET:-${KNOWN}-$EMPTY.}', 'k-.'],
    ['"${KNOWN}" \\$5 \\" $', 'k $5 " $'],
  ] as const)
    it(`reads ${value} as docker does`, () => {
      const text = `ARG KNOWN=k\nARG EMPTY=\nARG IMAGE=a${value.replaceAll(' ', '\\ ')}\nFROM $IMAGE\n`;
      expect(planOf(text).stages[0]?.image).to.equal(`a${expected}`);
    });

  it('is made for the runner’s own platform by each of its names', () => {
    for (const name of ['linux/amd64', 'linux/x86_64', '$TARGETPLATFORM', '${BUILDOS}/${BUILDARCH}'])
      expect(planOf(`FROM --platform=${name} a`).stages[0]?.image).to.equal('a');
  });

  it('takes for shell form what only looks like a list', () => {
    for (const text of ['RUN [bad', 'RUN ["a", 1]'])
      expect(planOf(`FROM a\n${text}`).stages[0]?.steps.map(({ kind }) => kind)).to.deep.equal(['run']);
  });

  it('is made or refused for any text, and nothing else', () => {
    const word = fc.constantFrom(
      ...[
        'FROM',
        'RUN',
        'COPY',
        'ADD',
        'ENV',
        'ARG',
        'USER',
        'SHELL',
        'CMD',
        'ENTRYPOINT',
        'WORKDIR',
        'a',
        'AS',
        '\n',
      ],
      ...[
        '$',
        '${',
        '}',
        ':-',
        "'",
        '"',
        '\\',
        '<<E',
        'E',
        '--from=',
        '--mount=',
        '[',
        ']',
        ',',
        '=',
        '/',
        '..',
        '*',
        ' ',
      ],
    );
    fc.assert(
      fc.property(fc.array(word, { maxLength: 30 }), (words) => {
        try {
          planOf(`FROM a\n${words.join(' ')}`);
        } catch (error) {
          if (!(error instanceof DockerfileFault)) throw error;
        }
      }),
      { numRuns: 2_000 },
    );
  });

  for (const { name, dockerfile, files = {}, step } of CASES) {
    if (step?.dockerfile !== undefined) continue;
    it(`is made for: ${name}`, () => {
      const ignore = files['.dockerignore']?.toString();
      expect(planOf(dockerfile, files, ignore).stages).to.not.deep.equal([]);
    });
  }

  it('leaves out stages that nothing is copied from, and does not read them', () => {
    const plan = planOf('FROM a AS x\nCOPY missing /\nFROM b AS y\nRUN 1\nFROM c\nCOPY --from=y /f /f\n');
    expect(plan.stages.map(({ image }) => image)).to.deep.equal(['b', 'c']);
    expect(plan.stages.map(({ needs }) => needs)).to.deep.equal([[], [0]]);
  });

  it('carries out the instructions of a stage again in one that is built on it', () => {
    const plan = planOf('FROM a AS x\nRUN 1\nENTRYPOINT ["e"]\nFROM x\nRUN 2\n');
    const [only] = plan.stages;
    expect(plan.stages).to.have.length(1);
    expect([only?.image, only?.steps.map(({ line }) => line)]).to.deep.equal(['a', [2, 5]]);
    expect(plan.start.entrypoint).to.deep.equal(['e']);
  });

  it('forgets the CMD from before an ENTRYPOINT', () => {
    expect(planOf('FROM a\nCMD ["x"]\nENTRYPOINT ["e"]\n').start.cmd).to.equal(undefined);
  });

  it('asks for root where a USER does', () => {
    const asRoot = (text: string) => planOf(`FROM a\n${text}`).stages[0]?.asRoot;
    expect(['USER root', 'USER 0:0', 'USER app', ''].map(asRoot)).to.deep.equal([true, true, false, false]);
  });
});

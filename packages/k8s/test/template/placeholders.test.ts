import { expect } from 'chai';
import fc from 'fast-check';
import { fillPlaceholders, PLACEHOLDERS, unknownPlaceholders } from '../../src/template/placeholders.js';

const values = {
  GITHUB_REPOSITORY: 'octo/app',
  GITHUB_REF_NAME: 'feature/$(TOKEN)',
  GITHUB_RUN_ID: '17',
  GITHUB_WORKFLOW: ' Build & test, with a name that is longer than the sixty-three letters of a label ',
};

const annotation = (text: string) => ({ metadata: { annotations: { a: text } } });

describe('fillPlaceholders', () => {
  const CASES: [title: string, patch: object, filled: object][] = [
    ['replaces a name', annotation('${GITHUB_REPOSITORY}'), annotation('octo/app')],
    ['replaces several', annotation('${GITHUB_REPOSITORY}#${GITHUB_RUN_ID}'), annotation('octo/app#17')],
    ['leaves $${ as ${', annotation('$${GITHUB_RUN_ID} ${GITHUB_RUN_ID}'), annotation('${GITHUB_RUN_ID} 17')],
    ['gives nothing for a value that is missing', annotation('<${GITHUB_SHA}>'), annotation('<>')],
    [
      'leaves other names alone',
      annotation('${HOME} $HOME $(HOME) ${lower}'),
      annotation('${HOME} $HOME $(HOME) ${lower}'),
    ],
    [
      'does not fill in what a value brings',
      annotation('${GITHUB_REF_NAME}'),
      annotation('feature/$(TOKEN)'),
    ],
    [
      'leaves names of members alone',
      { metadata: { annotations: { '${GITHUB_RUN_ID}': 'a' } } },
      { metadata: { annotations: { '${GITHUB_RUN_ID}': 'a' } } },
    ],
    [
      'makes labels valid',
      { metadata: { labels: { r: '${GITHUB_REPOSITORY}' } } },
      { metadata: { labels: { r: 'octo-app' } } },
    ],
    [
      'shortens labels',
      { metadata: { labels: { w: '${GITHUB_WORKFLOW}' } } },
      { metadata: { labels: { w: 'Build-test-with-a-name-that-is-longer-than-the-sixty-three-lett' } } },
    ],
    [
      'leaves labels without placeholders to the API server',
      { metadata: { labels: { r: 'not/valid' } } },
      { metadata: { labels: { r: 'not/valid' } } },
    ],
    [
      'keeps the kubelet from expanding what a value brings',
      {
        spec: {
          containers: [
            {
              args: ['${GITHUB_REF_NAME} $(HERE)'],
              env: [{ name: '${GITHUB_REF_NAME}', value: '${GITHUB_REF_NAME}' }],
              volumeMounts: [{ subPathExpr: '${GITHUB_REF_NAME}', subPath: '${GITHUB_REF_NAME}' }],
            },
          ],
        },
      },
      {
        spec: {
          containers: [
            {
              args: ['feature/$$(TOKEN) $(HERE)'],
              env: [{ name: 'feature/$(TOKEN)', value: 'feature/$$(TOKEN)' }],
              volumeMounts: [{ subPathExpr: 'feature/$$(TOKEN)', subPath: 'feature/$(TOKEN)' }],
            },
          ],
        },
      },
    ],
    [
      'leaves numbers, null and directives',
      { spec: { a: 1, b: null, $patch: 'replace' } },
      { spec: { a: 1, b: null, $patch: 'replace' } },
    ],
  ];
  for (const [title, patch, filled] of CASES) {
    it(title, () => {
      expect(fillPlaceholders({ ...patch }, values)).to.deep.equal(filled);
    });
  }

  it('fills in every known name', () => {
    for (const name of PLACEHOLDERS) {
      expect(fillPlaceholders(annotation('${' + name + '}'), { [name]: 'x' })).to.deep.equal(annotation('x'));
    }
  });

  it('makes a valid label of any value', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 100 }), (GITHUB_WORKFLOW) => {
        const filled = fillPlaceholders(
          { metadata: { labels: { a: '${GITHUB_WORKFLOW}' } } },
          { GITHUB_WORKFLOW },
        );
        const { metadata } = filled as { metadata: { labels: { a: string } } };
        expect(metadata.labels.a).to.match(/^(([A-Za-z0-9][-A-Za-z0-9_.]{0,61})?[A-Za-z0-9])?$/);
      }),
      { numRuns: 500 },
    );
  });
});

describe('unknownPlaceholders', () => {
  const CASES: [text: string, unknown: string[]][] = [
    ['${GITHUB_REPOSITORY}', []],
    ['${GITHUB_TOKEN} ${RUNNER_TEMP}', ['GITHUB_TOKEN', 'RUNNER_TEMP']],
    ['$${GITHUB_TOKEN}', []],
    ['${HOME} $GITHUB_TOKEN', []],
    ['${GITHUB_REPOSITORY_NAME}', ['GITHUB_REPOSITORY_NAME']],
  ];
  for (const [text, unknown] of CASES) {
    it(`finds ${unknown.join(' and ') || 'none'} in ${text}`, () => {
      expect(unknownPlaceholders(text)).to.deep.equal(unknown);
    });
  }
});

import { HookError } from '@podhooks/hooklib';
import { expect } from 'chai';
import fc from 'fast-check';
import { parseSettings } from '../../src/settings/file.js';
import { readSettings } from '../../src/settings/read.js';
import { applyTemplate } from '../../src/template/template-apply.js';
import { loadTemplate } from '../../src/template/template.js';
import { jobPod, ROLES } from '../pod/sample-job-pod.js';

/** `PODHOOKS_FUZZ_RUNS` fuzzes for longer. */
const RUNS = { numRuns: Number(process.env['PODHOOKS_FUZZ_RUNS'] ?? 300) };

/** Keys that mean something to JavaScript, to YAML, to the merge, or to the hook. */
const key = fc.oneof(
  fc.constantFrom(
    ...'__proto__ constructor prototype toString hasOwnProperty valueOf $patch $retainKeys << metadata spec labels'.split(
      ' ',
    ),
    ...'annotations containers initContainers volumes env name image $job $helper tolerations inherit files'.split(
      ' ',
    ),
    ...'back proxy budgetMb exclude timeouts resources limits cpu securityContext runner-pod'.split(' '),
  ),
  fc.string({ unit: 'binary', maxLength: 12 }),
);
const scalar = fc.oneof(
  fc.constantFrom(
    null,
    true,
    -0,
    1e308,
    9007199254740993,
    '$job',
    '$helper',
    '${GITHUB_REF}',
    '${',
    'delete',
    'replace',
  ),
  fc.double(),
  fc.string({ unit: 'binary', maxLength: 20 }),
  fc.constantFrom('x'.repeat(5_000), '9'.repeat(5_000)),
);
const { tree } = fc.letrec<{ tree: unknown }>((tie) => ({
  tree: fc.oneof(
    { depthSize: 'small' },
    scalar,
    fc.array(tie('tree'), { maxLength: 4 }),
    fc.array(fc.tuple(key, tie('tree')), { maxLength: 5 }).map((entries) => ({ entries })),
  ),
}));

/** As JSON, which is YAML; a key may stand twice, or be `__proto__`. */
function text(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(text).join(', ')}]`;
  if (typeof value !== 'object' || value === null || !('entries' in value)) return JSON.stringify(value);
  const { entries } = value;
  if (!Array.isArray(entries)) return 'null';
  return `{${entries.map(([name, member]: [string, unknown]) => `${JSON.stringify(name)}: ${text(member)}`).join(', ')}}`;
}

/** Pieces of YAML in any order: anchors, aliases, tags, merge keys, several documents. */
const pieces = fc
  .array(
    fc.oneof(
      fc.constantFrom(
        ...[
          'a: &a ',
          '*a',
          '<<: *a',
          '- ',
          '? ',
          ': ',
          '\n',
          '  ',
          '---\n',
          '...\n',
          '!!binary x',
          '!!js/function x',
          '%YAML 9\n',
        ],
        ...[
          '|\n',
          '>\n',
          '"',
          "'",
          '{',
          '}',
          '[',
          ']',
          ', ',
          '#',
          'spec:\n',
          '  containers:\n',
          '  - name: $job\n',
          '\t',
          '\0',
          '\ufeff',
        ],
      ),
      key,
    ),
    { maxLength: 40 },
  )
  .map((parts) => parts.join(''));
const anything = fc.oneof(tree.map(text), pieces);

/** What is refused is refused with an error of ours; that nothing else comes out of it is what matters. */
function orRefused<T>(action: () => T, code: HookError['code']): T | undefined {
  try {
    return action();
  } catch (error) {
    if (!(error instanceof HookError) || error.code !== code) throw error;
    return undefined;
  }
}

describe('any text', () => {
  const pristine = () =>
    [Object.prototype, Array.prototype].map((prototype) => Object.getOwnPropertyNames(prototype).join());

  it('as a pod template is refused, or leaves the pod with all that the hook needs', () => {
    const before = pristine();
    const needed = jobPod();
    fc.assert(
      fc.property(anything, (yaml) => {
        const files = [{ file: 't.yaml', text: yaml }];
        const pod = orRefused(
          () => applyTemplate(jobPod(), loadTemplate(files), 'job', ROLES).pod,
          'TEMPLATE_INVALID',
        );
        expect(pristine()).to.deep.equal(before);
        if (pod === undefined) return;
        expect(Object.getPrototypeOf(pod.spec)).to.equal(Object.prototype);
        expect(pod.spec?.restartPolicy).to.equal(needed.spec?.restartPolicy);
        for (const { name, image } of needed.spec?.containers ?? [])
          expect(pod.spec?.containers.find((container) => container.name === name)?.image).to.equal(image);
      }),
      RUNS,
    );
  });

  it('as the settings file is refused, or gives settings of the right kinds', () => {
    const before = pristine();
    const kinds = Object.entries(readSettings({})).map(([name, value]) => [name, typeof value]);
    fc.assert(
      fc.property(anything, (yaml) => {
        const settings = orRefused(() => readSettings({}, parseSettings('s.yaml', yaml)), 'SETTINGS_INVALID');
        expect(pristine()).to.deep.equal(before);
        if (settings === undefined) return;
        for (const [name, value] of Object.entries(settings)) {
          const [, kind] = kinds.find(([known]) => known === name) ?? [];
          if (kind !== 'undefined') expect(typeof value, name).to.equal(kind);
        }
      }),
      RUNS,
    );
  });

  /** Each of them took minutes, or all memory, where it was read without thought. */
  const BOMBS: readonly [what: string, text: string, why: RegExp][] = [
    [
      'aliases of aliases',
      `a0: &a0 [x]\n${steps((n) => `a${n + 1}: &a${n + 1} [${`*a${n},`.repeat(10)}]`, 12)}`,
      /aliases/,
    ],
    [
      'merge keys of merge keys',
      `a0: &a0 {x: 1}\n${steps((n) => `a${n + 1}: &a${n + 1} {<<: [${`*a${n},`.repeat(200)}]}`, 90)}`,
      /invalid YAML: .*merge|aliases/,
    ],
    ['an alias in itself', 'spec: &a {x: *a}', /inside the value/],
    ['100,000 open lists', '['.repeat(100_000), /maxDepth/],
    ['100,000 lists in one line', '- '.repeat(100_000), /maxDepth/],
    ['20,000 documents', 'spec: {}\n---\n'.repeat(20_000), /more than 100 documents/],
    ['a key of half a megabyte', `spec: {${'k'.repeat(500_000)}: 1}`, /unknown field/],
    ['5,000 unknown fields', `spec:\n${steps((n) => `  zz${n}: 1`, 5_000)}`, /5000 faults/],
    [
      'a quantity of 100,000 digits',
      `spec: {containers: [{name: $job, resources: {limits: {cpu: "${'1'.repeat(100_000)}x"}}}]}`,
      /quantity/,
    ],
    ['a megabyte and more', ' '.repeat(2 ** 20 + 1), /larger than/],
  ];
  for (const [what, yaml, why] of BOMBS)
    it(`with ${what} is refused`, () => {
      expect(() => loadTemplate([{ file: 't.yaml', text: yaml }])).to.throw(HookError, why);
    });
});

function steps(line: (n: number) => string, count: number): string {
  return Array.from({ length: count }, (_, n) => line(n)).join('\n');
}

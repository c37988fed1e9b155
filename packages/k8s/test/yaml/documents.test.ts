import { expect } from 'chai';
import { readDocuments, type YamlDocument } from '../../src/yaml/documents.js';

function documents(text: string): YamlDocument[] {
  const read = readDocuments({ file: 't.yaml', text });
  if ('message' in read) throw new Error(read.message);
  return read;
}

function fault(text: string): string {
  const read = readDocuments({ file: 't.yaml', text });
  return 'message' in read ? `${String(read.line ?? '-')}: ${read.message}` : 'none';
}

/** Nested aliases that stand for `width ** levels` values. */
function laughs(levels: number, width: number): string {
  const lines = ['a0: &a0 [x]'];
  for (let level = 1; level <= levels; level++) {
    const aliases = Array.from({ length: width }, () => `*a${String(level - 1)}`).join(', ');
    lines.push(`a${String(level)}: &a${String(level)} [${aliases}]`);
  }
  return lines.join('\n');
}

describe('readDocuments', () => {
  const VALUES: [title: string, yaml: string, value: unknown][] = [
    ['keeps yes and no as text', 'a: [yes, no, on, off]', { a: ['yes', 'no', 'on', 'off'] }],
    ['reads true, numbers and null', 'a: [true, 1, 1.5, ~, null]', { a: [true, 1, 1.5, null, null] }],
    ['keeps dates as text', 'a: 2024-01-01', { a: '2024-01-01' }],
    ['reads 0644 as octal', 'a: [0644, 0o644, 0, 08]', { a: [420, 420, 0, 8] }],
    ['merges with <<', 'a: &x {b: 1, c: 1}\nd:\n  <<: *x\n  c: 2', { a: { b: 1, c: 1 }, d: { b: 1, c: 2 } }],
    [
      'merges several with <<',
      'a: &x {b: 1}\nc: &y {d: 1}\ne: {<<: [*x, *y]}'.replace('{<<', '{ <<'),
      {
        a: { b: 1 },
        c: { d: 1 },
        e: { b: 1, d: 1 },
      },
    ],
    ['repeats an anchored list', 'a: &x [1]\nb: *x', { a: [1], b: [1] }],
    [
      'merges a billion laughs of << into one member',
      laughs(9, 9)
        .replaceAll('[x]', '{x: 1}')
        .replace(/\[(.*)\]/g, '{ <<: [$1] }') + '\n---\nb: 1',
      { b: 1 },
    ],
    ['takes numbers as names', '1: a', { '1': 'a' }],
  ];
  for (const [title, yaml, value] of VALUES) {
    it(title, () => {
      expect(documents(yaml).at(-1)?.value).to.deep.equal(value);
    });
  }

  it('leaves out empty documents', () => {
    expect(documents('---\n# nothing\n---\na: 1\n---\n---\nb: 2\n').map(({ value }) => value)).to.deep.equal([
      { a: 1 },
      { b: 2 },
    ]);
    expect(documents('# nothing')).to.deep.equal([]);
    expect(documents('')).to.deep.equal([]);
  });

  const FAULTS: [title: string, yaml: string, fault: string | RegExp][] = [
    ['a key that stands twice', 'a: 1\nb: 2\na: 3', /^3: invalid YAML: duplicated mapping key/],
    ['broken text', 'a: 1\nb: [1, 2\nc: 3', /^\d: invalid YAML: /],
    ['a tab as indentation', 'a:\n\tb: 1', /^2: invalid YAML: /],
    ['an unknown alias', 'a: *x', /^1: invalid YAML: unidentified alias/],
    ['an unknown tag', 'a: !!js/function x', /^1: invalid YAML: unknown scalar tag/],
    [
      'an alias inside of itself',
      'a: &x [*x]',
      '-: an alias (*name) stands inside the value that it repeats',
    ],
    ['deep nesting', '['.repeat(60), /^1: invalid YAML: .*[Dd]epth/],
    [
      'nesting that aliases make deep',
      Array.from(
        { length: 50 },
        (_, n) => `a${String(n)}: &a${String(n)} [${n ? `*a${String(n - 1)}` : ''}]`,
      ).join('\n'),
      '-: nested deeper than 40 levels',
    ],
    ['a billion laughs', laughs(20, 9), '-: more than 100000 values with all aliases replaced'],
    [
      'a list that is too long',
      `a: [${'1,'.repeat(200_000)}]`,
      '-: more than 100000 values with all aliases replaced',
    ],
    [
      'one long list that many aliases repeat',
      `a: &a [${'1,'.repeat(50_000)}]\nb: [${'*a ,'.repeat(150_000)}]`,
      '-: more than 100000 values with all aliases replaced',
    ],
    ['a megabyte', `a: ${'x'.repeat(1 << 20)}`, '-: the file is larger than 1048576 bytes'],
    [
      'a secret near a fault, without showing it',
      'token: hunter2\ntoken: hunter2',
      /^2: invalid YAML: [^2]*$/,
    ],
  ];
  for (const [title, yaml, expected] of FAULTS) {
    it(`finds ${title}`, () => {
      if (typeof expected === 'string') expect(fault(yaml)).to.equal(expected);
      else expect(fault(yaml)).to.match(expected);
    });
  }

  it('has no documents in an empty text, nor among empty documents', () => {
    for (const text of ['', '# nothing', '---\n---\n', '~']) expect(documents(text)).to.deep.equal([]);
  });

  it('takes a hundred documents, and no more', () => {
    const many = (count: number) => Array.from({ length: count }, () => 'a: 1').join('\n---\n');
    expect(documents(many(100))).to.have.length(100);
    expect(fault(many(101))).to.equal('-: more than 100 documents');
  });

  it('finds the lines of a text, of a list, and of what an alias stands for', () => {
    expect(documents('\n\ntext')[0]?.line([])).to.equal(3);
    expect(documents('\n- a\n- b')[0]?.line([1])).to.equal(3);
    const [shared] = documents('a: &a\n  b: 1\nc: *a\n&d d: 1\nlist:\n  - *a\n');
    expect(shared?.line(['c'])).to.equal(3);
    expect(shared?.line(['c', 'b'])).to.equal(3);
    expect(shared?.line(['list', 0])).to.equal(6);
    expect(shared?.line(['list', 0, 'b'])).to.equal(6);
  });

  it('takes the first line for a text that is empty', () => {
    const [document] = documents('!!str');
    expect([document?.value, document?.line([]), document?.line(['a'])]).to.deep.equal(['', 1, 1]);
  });

  it('finds the line above where an alias is a key', () => {
    const [document] = documents('\na: &a x\n\n*a : 1\n');
    expect(document?.value).to.deep.equal({ a: 'x', x: 1 });
    expect(document?.line(['x'])).to.be.greaterThan(1);
  });

  describe('line', () => {
    const yaml = [
      'metadata: # 1',
      '  labels: {a.b/c: x,',
      '    d: y} # 3',
      'shared: &shared',
      '  image: x # 5',
      'spec:',
      '  containers:',
      '    - name: $job # 8',
      '      env:',
      '        - {name: A}',
      '        - name: B # 11',
      '    -',
      '      <<: *shared # 13',
      '      tty: true',
      '---',
      'spec: # 16',
    ].join('\n');
    const LINES: [document: number, path: (string | number)[], line: number][] = [
      [0, [], 1],
      [0, ['metadata'], 1],
      [0, ['metadata', 'labels', 'a.b/c'], 2],
      [0, ['metadata', 'labels', 'd'], 3],
      [0, ['shared', 'image'], 5],
      [0, ['spec', 'containers'], 7],
      [0, ['spec', 'containers', 0, 'name'], 8],
      [0, ['spec', 'containers', 0, 'env', 1, 'name'], 11],
      [0, ['spec', 'containers', 1, 'image'], 13],
      [0, ['spec', 'containers', 1, 'tty'], 14],
      [0, ['spec', 'containers', 0, 'nothing', 'there'], 8],
      [1, ['spec'], 16],
    ];
    for (const ending of ['\n', '\r\n']) {
      for (const [document, path, line] of LINES) {
        it(`of ${path.join('.') || 'the document'} is ${String(line)} with ${JSON.stringify(ending)}`, () => {
          expect(documents(yaml.replaceAll('\n', ending))[document]?.line(path)).to.equal(line);
        });
      }
    }
  });
});

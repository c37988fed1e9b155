import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect } from 'chai';

const execute = promisify(execFile);
const root = fileURLToPath(new URL('..', import.meta.url));

describe('the totals of a CI run', () => {
  let directory: string;
  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'podhooks-totals-'));
  });
  afterEach(() => rm(directory, { recursive: true }));

  interface Part {
    name: string;
    kind: 'check' | 'suite';
    exit: number;
    totals?: string;
  }
  async function sum(parts: Part[]): Promise<{ lines: string[]; code: number }> {
    const steps = parts.map(({ name, kind, exit }) => `${name}\t${kind}\t${exit}\n`);
    await writeFile(join(directory, 'steps.tsv'), steps.join(''));
    for (const { name, totals } of parts) {
      if (totals !== undefined) await writeFile(join(directory, `${name}.json`), totals);
    }
    const ended = execute(process.execPath, [join(root, '.ci/totals.mjs'), directory]);
    const { stdout } = await ended.catch((error: unknown) => {
      if (error instanceof Error && 'stdout' in error) return { stdout: String(error.stdout) };
      throw error;
    });
    return { lines: stdout.trim().split('\n'), code: ended.child.exitCode ?? -1 };
  }
  const passing = '{"passes":3,"failures":0,"pending":0}';

  const cases: [title: string, parts: Part[], last: string, code: number, names?: string][] = [
    [
      'sums the suites that passed',
      [
        { name: 'lint', kind: 'check', exit: 0 },
        { name: 'unit', kind: 'suite', exit: 0, totals: passing },
        { name: 'e2e', kind: 'suite', exit: 0, totals: '{"passes":4,"failures":0,"pending":0}' },
      ],
      '7 passed, 0 failed',
      0,
    ],
    [
      'counts failed tests, and not the exit code again',
      [{ name: 'unit', kind: 'suite', exit: 2, totals: '{"passes":3,"failures":2,"pending":0}' }],
      '3 passed, 2 failed',
      1,
      'unit',
    ],
    [
      'counts a suite that ended before its totals',
      [
        { name: 'unit', kind: 'suite', exit: 0, totals: passing },
        { name: 'e2e', kind: 'suite', exit: 0 },
      ],
      '3 passed, 1 failed',
      1,
      'e2e',
    ],
    [
      'counts a suite that ran no test',
      [{ name: 'e2e', kind: 'suite', exit: 0, totals: '{"passes":0,"failures":0,"pending":0}' }],
      '0 passed, 1 failed',
      1,
      'e2e',
    ],
    [
      'counts a suite that fails without a failed test',
      [{ name: 'e2e', kind: 'suite', exit: 7, totals: passing }],
      '3 passed, 1 failed',
      1,
      'e2e',
    ],
    [
      'counts totals that cannot be read',
      [{ name: 'unit', kind: 'suite', exit: 0, totals: '{"passes":' }],
      '0 passed, 1 failed',
      1,
      'unit',
    ],
    [
      'counts a failed check once',
      [
        { name: 'lint', kind: 'check', exit: 1 },
        { name: 'unit', kind: 'suite', exit: 0, totals: passing },
      ],
      '3 passed, 1 failed',
      1,
      'lint',
    ],
    ['does not call a run without any suite a success', [], '0 passed, 1 failed', 1],
  ];
  for (const [title, parts, last, code, names] of cases) {
    it(title, async () => {
      const result = await sum(parts);
      expect(result.lines.at(-1)).to.equal(last);
      expect(result.code).to.equal(code);
      if (names !== undefined) expect(result.lines.slice(0, -1).join('\n')).to.include(names);
    });
  }

  /** What mocha with our reporter leaves behind of a suite with this text. */
  async function totalsOf(suite: string): Promise<string> {
    const file = join(directory, 'suite.test.mjs');
    const totals = join(directory, 'suite.json');
    await writeFile(file, suite);
    const mocha = join(root, 'node_modules/mocha/bin/mocha.js');
    const reporter = join(root, '.ci/reporter.mjs');
    await execute(process.execPath, [mocha, '--no-config', '--reporter', reporter, file], {
      cwd: directory,
      env: { ...process.env, TOTALS_FILE: totals },
    }).catch(() => undefined);
    return readFile(totals, 'utf8').catch(() => 'no file');
  }

  it('come from mocha, whatever the tests print', async () => {
    const suite = `it('a', () => console.log('9 passing'));
      it('b', () => { throw new Error('b'); });
      it('c', () => {});`;
    expect(JSON.parse(await totalsOf(suite))).to.deep.equal({
      passes: 2,
      failures: 1,
      pending: 0,
      failed: [{ title: 'b', message: 'b' }],
    });
  });

  it('name what failed again, above the totals', async () => {
    const failed = [{ title: 'a step that fails', message: `expected 1\nto equal 2${'.'.repeat(9000)}` }];
    const totals = JSON.stringify({ passes: 3, failures: 1, pending: 0, failed });
    const { lines } = await sum([{ name: 'e2e', kind: 'suite', exit: 1, totals }]);
    expect(lines.slice(0, 2)).to.deep.equal(['failed in e2e: a step that fails', '    expected 1']);
    expect(lines.join('\n').length).to.be.below(2000);
  });

  it('are not written when the suite is cut off', async () => {
    expect(await totalsOf(`it('a', () => {}); it('b', () => process.exit(0));`)).to.equal('no file');
  });
});

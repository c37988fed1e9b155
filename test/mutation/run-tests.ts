import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { ROOT } from './sources.js';

export interface TestResult {
  file: string;
  title: string;
  /** Undefined for a test that has passed. */
  failure: { message: string; byAssertion: boolean } | undefined;
}

/** More than all files together, or one test, take on a busy machine. */
const LIMIT_MS = { all: 1_500_000, one: 300_000 };
/** A test that a slow machine does not finish would be a fault that is missed: only an assertion counts. */
const TEST_MS = 240_000;

export interface TestRun {
  /** Folder of the sources. */
  root: string;
  files: readonly string[];
  /** Only tests whose full titles hold one of these texts. */
  titles?: readonly string[];
  /** Lists the tests without running them. */
  dryRun?: boolean;
}

/** Runs tests in a process of their own. @throws Error if they cannot even be loaded */
export async function runTests({ root, files, titles, dryRun = false }: TestRun): Promise<TestResult[]> {
  const mocha = [
    // An option of Node itself, not of mocha: mocha would start a process of its own for it, which outlives the limit.
    '--import=tsx/esm',
    join(ROOT, 'node_modules/mocha/bin/mocha.js'),
    // What a fault leaves behind, such as a wait that nobody wakes, must not keep the run alive.
    ...['--no-config', '--exit', '--timeout', `${TEST_MS}`, '--reporter', 'json'],
    ...(titles === undefined ? [] : ['--grep', titles.map(literally).join('|')]),
    ...(dryRun ? ['--dry-run'] : []),
    ...files,
  ];
  const child = spawn(process.execPath, mocha, {
    cwd: root,
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: titles?.length === 1 ? LIMIT_MS.one : LIMIT_MS.all,
  });
  let stdout = '';
  let stderr = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
  await once(child, 'close');
  const report = reportIn(stdout);
  if (report === undefined)
    throw new Error(`the tests do not run: ${(stderr || stdout).trim().slice(0, 500)}`);
  return report.tests.map(({ file, title: found, err }) => ({
    file: file.slice(root.length + 1),
    title: found,
    failure:
      err.message === undefined
        ? undefined
        : { message: err.message, byAssertion: err.stack?.startsWith('AssertionError') === true },
  }));
}

/** The text as a regular expression that matches nothing else. */
function literally(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&');
}

/** Of mocha's reporter "json". */
interface Report {
  tests: { file: string; title: string; err: { message?: string; stack?: string } }[];
}

/** Tests may print, too; the report comes last. */
function reportIn(text: string): Report | undefined {
  const start = text.lastIndexOf('\n{\n  "stats"') + 1;
  try {
    const parsed: unknown = JSON.parse(text.slice(start));
    return isReport(parsed) ? parsed : undefined;
  } catch {
    return undefined;
  }
}

function isReport(value: unknown): value is Report {
  return typeof value === 'object' && value !== null && 'tests' in value && Array.isArray(value.tests);
}

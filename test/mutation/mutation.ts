/**
 * `npm run mutation`: puts one fault after the other into a copy of the hook, and checks that the test which is named for
 * it passes without the fault and fails with it. Exit code 1 if a fault is not caught. An argument takes only the faults
 * with this text in their names.
 */
import { writeFileSync } from 'node:fs';
import type { Fault } from './fault.js';
import { FAULTS } from './faults.js';
import { runTests, type TestResult } from './run-tests.js';
import { SourceCopy } from './sources.js';
import { printedHelp } from '../usage.js';

/** As many as `npm test` runs at once. */
const AT_ONCE = 2;
const CAUGHT = 'caught';

const copies: SourceCopy[] = [];

/** What became of a fault: caught by an assertion, or why not. */
async function outcome(copy: SourceCopy, fault: Fault, intact: readonly TestResult[]): Promise<string> {
  const named = (results: readonly TestResult[]) => results.filter(({ title }) => title === fault.test.title);
  const before = named(intact);
  if (before.length === 0) return 'there is no such test';
  const broken = before.find(({ failure }) => failure !== undefined);
  if (broken !== undefined) return `the test fails without the fault: ${broken.failure?.message ?? ''}`;
  const { file, title } = fault.test;
  const results = await copy.with(fault, () => runTests({ root: copy.root, files: [file], titles: [title] }));
  const failures = named(results).flatMap(({ failure }) => failure ?? []);
  if (failures.some(({ byAssertion }) => byAssertion)) return CAUGHT;
  return failures.length === 0
    ? 'the test passes all the same'
    : `no assertion: ${failures[0]?.message ?? ''}`;
}

interface Missed {
  title: string;
  message: string;
}

/** Tries the faults of one test file after the other, in a copy of its own. @returns those that were not caught */
async function work(files: [file: string, faults: Fault[]][]): Promise<Missed[]> {
  const copy = new SourceCopy();
  copies.push(copy);
  const missed: Missed[] = [];
  for (let next = files.shift(); next !== undefined; next = files.shift()) {
    const [file, faults] = next;
    const intact = await runTests({
      root: copy.root,
      files: [file],
      titles: faults.map(({ test }) => test.title),
    });
    for (const fault of faults) {
      const result = await outcome(copy, fault, intact).catch((error: unknown) => String(error));
      if (result !== CAUGHT) missed.push({ title: fault.name, message: result });
      console.log(
        `${result === CAUGHT ? CAUGHT : 'MISSED'}  ${fault.name}${result === CAUGHT ? '' : `: ${result}`}`,
      );
    }
  }
  return missed;
}

const USAGE = `npm run mutation -- [TEXT]

  TEXT  tries only the faults whose names hold this text`;

async function main(): Promise<void> {
  const faults = FAULTS.filter(({ name }) => name.includes(process.argv[2] ?? ''));
  const files = new Map<string, Fault[]>();
  for (const fault of faults) files.set(fault.test.file, [...(files.get(fault.test.file) ?? []), fault]);
  const queue = [...files];
  const failed = (await Promise.all(Array.from({ length: AT_ONCE }, () => work(queue)))).flat();
  const passes = faults.length - failed.length;
  console.log(`${passes} of ${faults.length} faults caught`);
  // For .ci/run, as mocha's reporter there leaves them.
  const { TOTALS_FILE } = process.env;
  if (TOTALS_FILE !== undefined)
    writeFileSync(TOTALS_FILE, JSON.stringify({ passes, failures: failed.length, pending: 0, failed }));
  if (failed.length > 0 || faults.length === 0) process.exitCode = 1;
}

// A run that is broken off must leave nothing behind either.
process.on('exit', () => {
  for (const copy of copies) copy.remove();
});
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => process.exit(130));
if (!printedHelp(USAGE)) await main();

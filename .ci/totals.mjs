/**
 * Sums up a CI run: `node totals.mjs DIRECTORY`. The directory holds steps.tsv, a line "name, kind,
 * exit code" for each step, and NAME.json with the totals of each step of kind "suite": what failed is
 * named again at the end, where a record that is cut to its last page still shows it.
 * The last line says "N passed, N failed"; exit code 1 unless all is well.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

const [directory] = process.argv.slice(2);
const steps = readFileSync(join(directory, 'steps.tsv'), 'utf8')
  .split('\n')
  .filter((line) => line !== '')
  .map((line) => {
    const [name, kind, exit] = line.split('\t');
    return { name, kind, exit: Number(exit) };
  });

function totalsOf(name) {
  try {
    const { passes, failures, failed } = JSON.parse(readFileSync(join(directory, `${name}.json`), 'utf8'));
    if (!Number.isInteger(passes) || !Number.isInteger(failures)) return undefined;
    return { passes, failures, failed: Array.isArray(failed) ? failed : [] };
  } catch {
    return undefined;
  }
}

/** What one step adds. A suite without totals, without tests or with an unexplained exit code is a failure. */
function result({ name, kind, exit }) {
  if (kind === 'check') {
    return exit === 0
      ? { passed: 0, failed: 0, text: 'ok' }
      : { passed: 0, failed: 1, text: `failed, exit code ${exit}` };
  }
  const totals = totalsOf(name);
  if (totals === undefined)
    return { passed: 0, failed: 1, text: `ended before its totals, exit code ${exit}` };
  const { passes, failures, failed } = totals;
  if (passes + failures === 0) return { passed: 0, failed: 1, text: 'ran no test' };
  const text = `${passes} passed, ${failures} failed, exit code ${exit}`;
  return { passed: passes, failed: failures === 0 && exit !== 0 ? 1 : failures, text, names: failed };
}

const results = steps.map((step) => ({ ...step, ...result(step) }));
if (!steps.some(({ kind }) => kind === 'suite')) {
  // Such a run has shown nothing.
  results.push({ name: 'suites', passed: 0, failed: 1, text: 'none was run' });
}
/** Of a message, what a summary can take. */
const MOST_CHARACTERS = 1000;

for (const { name, names = [] } of results) {
  for (const { title, message } of names) {
    console.log(
      `failed in ${name}: ${title}\n    ${String(message).slice(0, MOST_CHARACTERS).replaceAll('\n', '\n    ')}`,
    );
  }
}
for (const { name, text } of results) console.log(`${name}: ${text}`);
const passed = results.reduce((sum, each) => sum + each.passed, 0);
const failed = results.reduce((sum, each) => sum + each.failed, 0);
console.log(`${passed} passed, ${failed} failed`);
process.exitCode = failed === 0 ? 0 : 1;

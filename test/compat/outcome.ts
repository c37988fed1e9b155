import { asMap, mapsAt } from '../../packages/k8s/src/json.js';
import type { Outcome } from './runs.js';

const day = (now: Date): string => now.toISOString().slice(0, 10);

/** Tests that left no totals were cut off: that is a failure, too, and so is a failing exit code without a failed test. */
export function outcomeOfTests(name: string, code: number, totals: unknown, now: Date): Outcome {
  const { passes, failures } = counts(totals);
  const failed = code !== 0 && failures === 0 ? 1 : failures;
  return { name: `e2e/${name}`, date: day(now), passed: passes, failed, figures: {} };
}

/** A campaign ends at the first thing that is wrong, without figures. */
export function outcomeOfCampaign(name: string, code: number, report: unknown, now: Date): Outcome {
  const figures = Object.fromEntries(rowsOf(report).map(({ what, value }) => [what, value]));
  const failed = code === 0 && Object.keys(figures).length > 0 ? 0 : 1;
  return { name: `campaign/${name}`, date: day(now), passed: 1 - failed, failed, figures };
}

function counts(totals: unknown): { passes: number; failures: number } {
  const { passes, failures } = asMap(totals);
  return typeof passes === 'number' && typeof failures === 'number'
    ? { passes, failures }
    : { passes: 0, failures: 1 };
}

/** The report of `npm run reliability -- --json FILE`. */
const rowsOf = (report: unknown): { what: string; value: string }[] =>
  mapsAt(asMap(report), 'findings')
    .flatMap((finding) => mapsAt(finding, 'rows'))
    .map(({ what, value }) => ({ what: String(what), value: String(value) }));

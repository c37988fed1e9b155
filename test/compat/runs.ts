import { readFile, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { isList, isMap } from '../../packages/k8s/src/json.js';

/** How a file of e2e tests, or a campaign, has ended. */
export interface Outcome {
  /** As in `e2e/steps` or `campaign/cuts`. */
  readonly name: string;
  /** Day in UTC, as in `2026-01-31`. */
  readonly date: string;
  readonly passed: number;
  readonly failed: number;
  /** What a campaign has counted. */
  readonly figures: Readonly<Record<string, string>>;
}

/** What has run on one version of Kubernetes. */
export interface Run {
  /** As the API server calls itself. */
  readonly kubernetes: string;
  /** As the node names it: `containerd://1.7.24`. */
  readonly runtime: string;
  readonly outcomes: readonly Outcome[];
}

const FILE = fileURLToPath(new URL('runs.json', import.meta.url));

/** The runs that docs/compatibility.md is made from, the newest version first. */
export async function readRuns(file = FILE): Promise<readonly Run[]> {
  const runs: unknown = JSON.parse(await readFile(file, 'utf8'));
  if (!isRuns(runs)) throw new Error(`${file} does not hold runs as \`npm run compat\` writes them`);
  return runs;
}

export async function writeRuns(runs: readonly Run[], file = FILE): Promise<void> {
  await writeFile(file, `${JSON.stringify(runs, null, 2)}\n`);
}

/**
 * The runs with one more outcome, in the place of an older one of the same name. What was found with another container runtime
 * is dropped: it says nothing of this one.
 */
export function withOutcome(
  runs: readonly Run[],
  cluster: Omit<Run, 'outcomes'>,
  outcome: Outcome,
): readonly Run[] {
  const before = runs.find(({ kubernetes }) => kubernetes === cluster.kubernetes);
  const kept = before?.runtime === cluster.runtime ? before.outcomes : [];
  const outcomes = [...kept.filter(({ name }) => name !== outcome.name), outcome].sort(byName);
  return [...runs.filter((run) => run !== before), { ...cluster, outcomes }].sort(byVersion);
}

const byName = (a: Outcome, b: Outcome) => a.name.localeCompare(b.name);
const byVersion = (a: Run, b: Run) => b.kubernetes.localeCompare(a.kubernetes, 'en', { numeric: true });

function isRuns(value: unknown): value is Run[] {
  return isList(value) && value.every(isRun);
}

const isRun = (value: unknown): boolean =>
  isMap(value) &&
  typeof value['kubernetes'] === 'string' &&
  typeof value['runtime'] === 'string' &&
  isList(value['outcomes']) &&
  value['outcomes'].every(isOutcome);

const isOutcome = (value: unknown): boolean =>
  isMap(value) &&
  [value['name'], value['date']].every((each) => typeof each === 'string') &&
  [value['passed'], value['failed']].every((each) => typeof each === 'number') &&
  isMap(value['figures']);

import { format, resolveConfig } from 'prettier';
import { type Outcome, readRuns, type Run } from '../compat/runs.js';

/** The text of docs/compatibility.md: what `npm run compat` has found. */
export async function compatibilityPage(file: string): Promise<string> {
  const page = compatibilityText(await readRuns());
  return format(page, { ...(await resolveConfig(file)), filepath: file });
}

export function compatibilityText(runs: readonly Run[]): string {
  const names = [...new Set(runs.flatMap(({ outcomes }) => outcomes.map(({ name }) => name)))].sort();
  const tests = names.filter((name) => name.startsWith('e2e/'));
  const campaigns = runs.flatMap((run) =>
    run.outcomes.filter(({ name }) => name.startsWith('campaign/')).map((outcome) => ({ run, outcome })),
  );
  return `# Compatibility

What ran on which Kubernetes, on clusters of one node, under the Role of ARC's chart. \`npm run compat\` writes this page from what it
has run, failures included; \`--kubernetes VERSION\` chooses the version. The date is that of the oldest result in the row.

<!-- Made by \`npm run docs\` from test/compat/runs.json, which \`npm run compat\` writes. -->

| Kubernetes | container runtime | e2e tests passed | failed | of test files | since |
| --- | --- | --- | --- | --- | --- |
${runs.map((run) => summary(run, tests.length)).join('\n')}

## e2e tests

Tests that passed, by file.

| file | ${runs.map(({ kubernetes }) => kubernetes).join(' | ')} |
| --- | ${runs.map(() => '---').join(' | ')} |
${tests.map((name) => `| [${name}](../test/${name}.test.ts) | ${runs.map((run) => cell(run, name)).join(' | ')} |`).join('\n')}

## Campaigns

[What holds under faults](reliability.md), at the size that is named.

| Kubernetes | campaign | result | figures | date |
| --- | --- | --- | --- | --- |
${campaigns.map(({ run, outcome }) => campaign(run, outcome)).join('\n')}

## What differs between versions

- From Kubernetes 1.35 on, the API server asks for \`create\` on \`pods/exec\` for every exec, also over WebSocket. ARC's charts grant it;
  a Role of your own needs it before the upgrade: [RBAC](rbac.md).
- From Kubernetes 1.36 on, the API server passes an exec on to the kubelet as it is.
- A kubelet from 1.35 on refuses a node with cgroup v1, unless \`failCgroupV1: false\` is set.
`;
}

function summary({ kubernetes, runtime, outcomes }: Run, files: number): string {
  const tests = outcomes.filter(({ name }) => name.startsWith('e2e/'));
  const sum = (what: 'passed' | 'failed') => tests.reduce((all, each) => all + each[what], 0);
  const since = outcomes.map(({ date }) => date).sort()[0] ?? '';
  const cells = [kubernetes, runtime, sum('passed'), sum('failed'), `${tests.length} of ${files}`, since];
  return `| ${cells.join(' | ')} |`;
}

function cell({ outcomes }: Run, name: string): string {
  const outcome = outcomes.find((each) => each.name === name);
  if (outcome === undefined) return 'not run';
  return outcome.failed === 0 ? String(outcome.passed) : `${outcome.passed}, failed: ${outcome.failed}`;
}

function campaign({ kubernetes }: Run, { name, date, failed, figures }: Outcome): string {
  const counted = Object.entries(figures).map(([what, value]) => `${what}: ${value}`);
  const result = failed === 0 ? 'holds' : 'fails';
  return `| ${kubernetes} | \`${name.slice('campaign/'.length)}\` | ${result} | ${counted.join(', ')} | ${date} |`;
}

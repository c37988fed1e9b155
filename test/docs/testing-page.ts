import { format, resolveConfig } from 'prettier';
import { FAULTS } from '../mutation/faults.js';

/** The text of docs/testing.md; its table of faults is that of the mutation tests. */
export async function testingPage(file: string): Promise<string> {
  const page = `# Testing

| command | what | needs |
| --- | --- | --- |
| \`npm test\` | everything that needs no cluster, and how much of the code it reaches: fails below the figures in \`.c8rc.json\` | Node |
| \`npx mocha FILE\` | the tests of one file; those of a whole job need \`npm run build\` first | Node |
| \`npm run mutation\` | whether the tests would see a fault (below) | Node |
| \`npm run fuzz\` | hostile reports, logs, states and API answers, 20,000 times; \`PODHOOKS_FUZZ_RUNS\` sets another number | Node |
| \`npm run test:e2e\` | jobs in real pods, under ARC's own Role; three files of tests at a time | a cluster |
| \`npm run test:campaigns\` | the small form of each campaign of \`npm run reliability\`, which may stop parts of the cluster | a cluster |
| \`npm run test:dockerfiles\` | all Dockerfiles of [test/dockerfiles](../test/dockerfiles/cases.ts) in real pods | a cluster |
| \`npm run reliability\` | [what holds under faults](reliability.md), at full length | a cluster |
| \`npm run bench\` | [benchmarks](benchmarks.md) | a cluster |
| \`npm run compat\` | [which versions of Kubernetes](compatibility.md) they run on; \`--help\` says how | a cluster, or root |
| \`npm run compare\` | [how pods differ](migration.md) from those of another hook; \`--help\` says how | a cluster |

## Test beds

- **Pure**: tables, and properties that fast-check tries with random input (parser, merge, names, quoting); those of the merge 10,000 times in CI.
- **Shells**: what the hook runs in containers (\`packages/k8s/src/step/*.sh\`) is run in every POSIX shell of this machine, and in
  \`busybox\`, \`mksh\` and \`posh\` in CI, where shellcheck reads it, too.
- **Local engine** ([test/engine](../test/engine/README.md)): a Kubernetes API whose containers are processes of this machine. What it
  may be trusted with is decided by \`test/api-suite\`, which passes there and on a real cluster.
- **Simulated runner** ([test/runner](../test/runner/README.md)): calls the hook as GitHub's runner does, on this machine or inside a
  runner pod, and reads answers as strictly.
- **Fault proxy** ([test/proxy](../test/proxy/README.md)): cuts, delays and refuses what passes between hook and API server.
- **Real cluster** ([test/cluster](../test/cluster/README.md)): yours, kind, or one built from packages.

## Mutation tests

A test that cannot fail proves nothing. \`npm run mutation\` makes each of these faults in a copy of the sources, and ends with
exit code 1 unless the test beside it passes without the fault and fails, by an assertion, with it.

<!-- Made by \`npm run docs\` from test/mutation/faults. -->

| fault | caught by |
| --- | --- |
${FAULTS.map(({ name, test }) => `| ${name} | [${cell(test.title)}](../${test.file}) |`).join('\n')}
`;
  return format(page, { ...(await resolveConfig(file)), filepath: file });
}

/** A title as it is, whatever Markdown sees in it. */
const cell = (title: string): string => title.replaceAll(/[\\`*_|[\]<>]/g, '\\$&');

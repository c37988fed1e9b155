import { format, resolveConfig } from 'prettier';
import { FAILURES, type Failure } from '../../packages/k8s/src/pods/failures.js';

const PLACES: Readonly<Record<Failure['at'], string>> = {
  waiting: 'a container waits',
  ended: 'a container has ended',
  pod: 'the pod',
};
const HANDLINGS: Readonly<Record<Failure['handling'], string>> = {
  fail: 'ends at once',
  grace: 'ends after the grace period',
  wait: 'goes on',
};

/** The text of docs/failures.md: the table by which the hook waits for pods. */
export async function failuresPage(file: string): Promise<string> {
  const page = `# What ends the wait for a pod

\`prepare_job\` and docker actions wait for a pod. What Kubernetes says of the pod meanwhile decides how long: the first row that
matches counts, and a reason that stands in no row is waited for, up to \`ACTIONS_RUNNER_PREPARE_JOB_TIMEOUT_SECONDS\`. The grace
period is \`ACTIONS_RUNNER_HOOK_IMAGE_PULL_GRACE_SECONDS\`. What the codes mean: [troubleshooting](troubleshooting.md).

<!-- Made by \`npm run docs\` from packages/k8s/src/pods/failures.ts. -->

| where | reason | and the message has | the wait | what to do |
| --- | --- | --- | --- | --- |
${FAILURES.map((row) => `| ${PLACES[row.at]} | ${reasons(row)} | ${message(row)} | ${HANDLINGS[row.handling]} | ${row.hint} |`).join('\n')}

A container that was OOMKilled is told with its limit. Of an image that cannot be pulled the hint says which pull secrets the pod
has, and what is wrong with them.
`;
  return format(page, { ...(await resolveConfig(file)), filepath: file });
}

const reasons = ({ reasons: all }: Failure): string =>
  all.map((reason) => (reason === '' ? 'none' : `\`${reason}\``)).join(', ');

/** As the pattern is: in a table a bar ends the cell. */
const message = ({ message: pattern }: Failure): string =>
  pattern === undefined ? '' : `\`${pattern.source.replaceAll('|', '\\|')}\``;

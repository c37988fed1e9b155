import { distinctLabelValue } from '../model/labels.js';
import type { PlaceholderValues } from '../template/placeholders.js';

/** Of our labels and annotations. */
const PREFIX = 'podhooks.dev/';

/** Facts of the job, as the runner gives them to the hook; what is missing is left out. */
export interface JobFacts extends PlaceholderValues {
  readonly serverUrl: string | undefined;
}

export interface Provenance {
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
}

/**
 * Where an object came from: labels to select by, in what characters a label may have, and annotations with the exact
 * values. GitHub's owners have no dot in their names: so `octo-org.hello-world` is octo-org/hello-world and nothing else.
 */
export function provenance(facts: JobFacts): Provenance {
  const labels = {
    owner: facts.GITHUB_REPOSITORY_OWNER,
    repository: facts.GITHUB_REPOSITORY?.replace('/', '.'),
    workflow: facts.GITHUB_WORKFLOW,
    job: facts.GITHUB_JOB,
    'run-id': facts.GITHUB_RUN_ID,
  };
  const annotations = {
    repository: facts.GITHUB_REPOSITORY,
    workflow: facts.GITHUB_WORKFLOW,
    job: facts.GITHUB_JOB,
    'run-id': facts.GITHUB_RUN_ID,
    'run-attempt': facts.GITHUB_RUN_ATTEMPT,
    'run-url': runUrl(facts),
    actor: facts.GITHUB_ACTOR,
  };
  return { labels: present(labels, distinctLabelValue), annotations: present(annotations, String) };
}

function runUrl({ serverUrl, ...facts }: JobFacts): string | undefined {
  const { GITHUB_REPOSITORY: repository, GITHUB_RUN_ID: run, GITHUB_RUN_ATTEMPT: attempt } = facts;
  if (!serverUrl || !repository || !run) return undefined;
  const url = `${serverUrl.replace(/\/+$/, '')}/${repository}/actions/runs/${run}`;
  return attempt ? `${url}/attempts/${attempt}` : url;
}

function present(
  facts: Readonly<Record<string, string | undefined>>,
  form: (text: string) => string,
): Record<string, string> {
  return Object.fromEntries(
    Object.entries(facts).flatMap(([name, text]) => (text ? [[PREFIX + name, form(text)]] : [])),
  );
}

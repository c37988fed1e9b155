import { format, resolveConfig } from 'prettier';
import { VARIABLES, type Variable } from '../../packages/k8s/src/settings/schema.js';

const SET_BY_OTHERS = /^(Set by|.*ARC sets it)/;
const HEAD = '| variable | default | what |\n| --- | --- | --- |';

/** The text of docs/settings.md, made from the settings themselves and formatted. */
export async function settingsPage(file: string): Promise<string> {
  const variables: readonly Variable<unknown>[] = Object.values(VARIABLES);
  const own = variables.filter(({ about }) => !SET_BY_OTHERS.test(about));
  const others = variables.filter(({ about }) => SET_BY_OTHERS.test(about));
  const page = `# Settings

Environment variables of the runner container. An empty value counts as unset. A value that cannot be read is an error that
names every bad variable (\`SETTINGS_INVALID\`).

<!-- Made by \`npm run docs\` from packages/k8s/src/settings/schema.ts. -->

${table(own)}

Set by ARC, by the runner or by Kubernetes, and read by the hooks:

${table(others)}
`;
  return format(page, { ...(await resolveConfig(file)), filepath: file });
}

function table(variables: readonly Variable<unknown>[]): string {
  return [
    HEAD,
    ...variables.map(({ name, about, fallback }) => `| \`${name}\` | ${inWords(fallback)} | ${about} |`),
  ].join('\n');
}

function inWords(fallback: unknown): string {
  if (Array.isArray(fallback)) return fallback.map((each) => `\`${String(each)}\``).join(', ');
  return typeof fallback === 'number' ? String(fallback) : '';
}

import { format, resolveConfig } from 'prettier';
import { VARIABLES } from '../../packages/k8s/src/settings/schema.js';
import type { Variable } from '../../packages/k8s/src/settings/variable.js';

const SET_BY_OTHERS = /^Set by /;

/** The text of docs/settings.md, made from the settings themselves and formatted. */
export async function settingsPage(file: string): Promise<string> {
  const variables: readonly Variable<unknown>[] = Object.values(VARIABLES);
  const others = variables.filter(({ about }) => SET_BY_OTHERS.test(about));
  const own = variables.filter((variable) => !others.includes(variable));
  const filed = own.filter(({ key }) => key !== undefined);
  const unfiled = own.filter(({ key }) => key === undefined);
  const page = `# Settings

All of them have a default: nothing needs to be set. A setting is an environment variable of the runner container, or a key
of the settings file, which \`${VARIABLES.settingsFile.name}\` names:

\`\`\`yaml
inherit:
  serviceAccount: false
  annotations:
    deny: ['vault.hashicorp.com/*']
  tolerations: true
prepareTimeoutSeconds: 1200
\`\`\`

The variable wins over the file: so one scale set, or one runner, can deviate from a file that many share. An empty
variable, and a key with nothing behind it, count as unset. What cannot be read is an error that names every bad variable,
and file and line of every fault (\`SETTINGS_INVALID\`), before anything is made. Editors check the file and complete its keys
with [settings.schema.json](settings.schema.json):

\`\`\`yaml
# yaml-language-server: $schema=docs/settings.schema.json
inherit: { proxy: true }
\`\`\`

[examples/settings](../examples/settings) has a file in a ConfigMap, and the values of ARC that mount it. A job keeps the
settings with which it began ([ADR 9](adr/0009-settings-of-a-job.md)).

<!-- Made by \`npm run docs\` from packages/k8s/src/settings/schema.ts. -->

${table(filed, ['variable', 'key in the file', 'default', 'what, and why'])}

Variables only, as a file may serve many runners:

${table(unfiled, ['variable', 'default', 'what'])}

Set by ARC, by the runner or by Kubernetes, and read by the hooks:

${table(others, ['variable', 'default', 'what'])}
`;
  return format(page, { ...(await resolveConfig(file)), filepath: file });
}

function table(variables: readonly Variable<unknown>[], head: readonly string[]): string {
  const rows = variables.map(({ name, key, about, fallback }) => [
    `\`${name}\``,
    ...(key === undefined ? [] : [`\`${key}\``]),
    inWords(fallback),
    about,
  ]);
  return [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n');
}

function inWords(fallback: unknown): string {
  if (Array.isArray(fallback)) return fallback.map((each) => `\`${String(each)}\``).join(', ');
  return typeof fallback === 'number' || typeof fallback === 'boolean' ? String(fallback) : '';
}

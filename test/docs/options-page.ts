import { format, resolveConfig } from 'prettier';
import type { Option } from '../../packages/k8s/src/options/option.js';
import { OPTIONS } from '../../packages/k8s/src/options/table.js';

/** The text of docs/options.md, made from the table by which options are read. */
export async function optionsPage(file: string): Promise<string> {
  const page = `# Options of containers

\`options:\` of a job container or a service takes the options of \`docker create\`. The hook reads them as the runner
does, and single quotes as a shell does. No option fails a job: what has no effect is a line of the log, what is wrong or
refused is one warning for each container. The pod template wins over options, and \`env:\` and \`entrypoint:\` of the
workflow do, too. Container steps have no options.

Container steps and all containers of the job reach a service by the name of its image, and by its names below. Where several
services have the same image, these are \`redis-0\`, \`redis-1\` and so on. The key of a service in the workflow is not
passed to the hook: give it with \`--network-alias\`.

<!-- Made by \`npm run docs\` from packages/k8s/src/options/table.ts. -->

## With an effect

${table('works', ['option', 'for', 'what'])}

## Refused

The job goes on without them:

${table('refused', ['option', 'why'])}

## Without an effect

${table('without effect', ['option', 'why'])}
`;
  return format(page, { ...(await resolveConfig(file)), filepath: file });
}

function table(kind: Option['kind'], head: readonly string[]): string {
  const rows = OPTIONS.filter((option) => option.kind === kind).map((option) => [
    option.names.map((name) => `\`${name}\``).join(', '),
    ...(option.kind === 'works' ? [option.roles.includes('job') ? 'both' : 'services'] : []),
    option.about,
  ]);
  return [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n');
}

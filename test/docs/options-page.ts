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

## Sizes

\`options.maxCpus\`, \`options.maxMemoryMb\` and \`options.maxStorageMb\` of the [settings](settings.md) bound every container of a
workflow, also one that asks for nothing; \`options.maxGpus\` bounds \`--gpus\`. A larger value is told, and the maximum is used. The log of
\`prepare_job\` has the size that each container gets.

Sizes can have names, in the words of Kubernetes:

\`\`\`yaml
presets:
  large:
    resources:
      requests: { cpu: 8, memory: 16Gi }
      limits: { memory: 32Gi }
    nodeSelector: { pool: large }
    tolerations: [{ key: large, operator: Exists }]
\`\`\`

A workflow chooses one with \`options: --label podhooks.preset=large\`: to docker, it is a label like any other. What a preset says of a
resource counts, whatever options and maxima say of it. Its nodes are those of the whole pod; the job container's win.

Where the cluster has them (by default from Kubernetes 1.34), a size of the pod as a whole, which its containers share, comes
from the [pod template](template.md):

\`\`\`yaml
spec:
  resources:
    requests: { cpu: 2, memory: 4Gi }
    limits: { memory: 8Gi }
\`\`\`

## Names

Container steps and all containers of the job reach a service by the name of its image, and by its names below. Where several
services have the same image, these are \`redis-0\`, \`redis-1\` and so on. The key of a service in the workflow is not
passed to the hook: give it with \`--network-alias\`.

<!-- Made by \`npm run docs\` from packages/k8s/src/options/table.ts. -->

## With an effect

${table('works', ['option', 'for', 'what'])}

## Where the administrator allows them

These give rights on the node, or choose it. Without [\`ACTIONS_RUNNER_HOOK_OPTIONS_ALLOW\`](settings.md), the job goes on without them:

${table('guarded', ['option', 'for', 'what'])}

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
    ...(option.kind === 'works' || option.kind === 'guarded'
      ? [option.roles.includes('job') ? 'both' : 'services']
      : []),
    option.about,
  ]);
  return [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n');
}

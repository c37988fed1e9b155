import type { CallOptions, HookResult, Runner } from '../runner/runner.js';
import type { DockerfileCase } from './cases.js';

/** Puts the files of the action where the runner downloads actions to, and runs it. */
export async function runCase(
  runner: Runner,
  { files = {}, dockerfile, step = {} }: Pick<DockerfileCase, 'files' | 'dockerfile' | 'step'>,
  name: string,
  options: CallOptions = {},
): Promise<HookResult> {
  const path = `octo/${name}/v1`;
  await runner.writeFile(`${runner.folders.actions}/${path}/Dockerfile`, dockerfile);
  for (const [file, content] of Object.entries(files))
    await runner.writeFile(
      `${runner.folders.actions}/${path}/${file}`,
      content,
      content.toString().startsWith('#!') ? 0o755 : 0o644,
    );
  return runner.containerAction({ path, dockerfile: 'Dockerfile', ...step }, options);
}

/** What the action itself has printed: all behind the group of the build. */
export function behindBuild({ output }: HookResult): string {
  const text = output.toString();
  const end = '\n::endgroup::\n';
  const at = text.indexOf(end);
  return at === -1 ? text : text.slice(at + end.length);
}

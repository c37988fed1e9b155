import { join, resolve } from 'node:path';

/** The folders of a runner, as it sees them itself. */
export interface RunnerFolders {
  root: string;
  externals: string;
  work: string;
  actions: string;
  tools: string;
  temp: string;
  home: string;
  workflow: string;
  fileCommands: string;
  responses: string;
  /** RUNNER_WORKSPACE: the folder above the checkout. */
  pipeline: string;
  /** GITHUB_WORKSPACE: the checkout. */
  workspace: string;
}

/** `work` is the work folder, relative to the root or absolute; `tools` the tool cache if it lies elsewhere. */
export function runnerFolders(root: string, work: string, repository: string, tools?: string): RunnerFolders {
  const workPath = resolve(root, work);
  const name = repository.slice(repository.indexOf('/') + 1);
  const temp = join(workPath, '_temp');
  return {
    root,
    externals: join(root, 'externals'),
    work: workPath,
    actions: join(workPath, '_actions'),
    tools: tools ?? join(workPath, '_tool'),
    temp,
    home: join(temp, '_github_home'),
    workflow: join(temp, '_github_workflow'),
    fileCommands: join(temp, '_runner_file_commands'),
    responses: join(temp, '_runner_hook_responses'),
    pipeline: join(workPath, name),
    workspace: join(workPath, name, name),
  };
}

/** Where a container sees folders of the runner; the first entry that fits wins. */
export type PathMap = readonly (readonly [host: string, container: string])[];

export function jobContainerPaths(folders: RunnerFolders): PathMap {
  return [
    [folders.workflow, '/github/workflow'],
    [folders.home, '/github/home'],
    [folders.work, '/__w'],
    [folders.tools, '/__t'],
    [folders.externals, '/__e'],
  ];
}

/** A docker action sees no more than this: neither the tool cache nor other actions. */
export function actionContainerPaths(folders: RunnerFolders): PathMap {
  return [
    [folders.workspace, '/github/workspace'],
    [folders.fileCommands, '/github/file_commands'],
    [folders.workflow, '/github/workflow'],
    [folders.home, '/github/home'],
    [folders.temp, '/github/runner_temp'],
  ];
}

/** Translates a value that is a mapped path or lies below one; text that only contains a path stays. */
export function toContainer(paths: PathMap, value: string): string {
  return replacePrefix(paths, value);
}

export function toHost(paths: PathMap, value: string): string {
  return replacePrefix(
    paths.map(([host, container]) => [container, host] as const),
    value,
  );
}

function replacePrefix(pairs: PathMap, value: string): string {
  const pair = pairs.find(([from]) => value === from || value.startsWith(`${from}/`));
  return pair === undefined ? value : pair[1] + value.slice(pair[0].length);
}

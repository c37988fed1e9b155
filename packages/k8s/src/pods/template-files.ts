import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { HookError } from '@podhooks/hooklib';
import type { RunnerPath } from '../model/paths.js';
import type { YamlFile } from '../yaml/documents.js';
import { readText } from '../files/text-file.js';

/**
 * The files of a pod template: the one that is named, or all `*.yaml` of a folder. A ConfigMap that is mounted without
 * subPath is such a folder; its entries that begin with two dots are how the kubelet swaps its content.
 * @throws HookError TEMPLATE_INVALID if there is nothing to read.
 */
export async function readTemplateFiles(path: RunnerPath): Promise<YamlFile[]> {
  try {
    const names = (await stat(path)).isDirectory() ? await yamlFiles(path) : [path];
    if (names.length === 0) throw unreadable(path, 'the folder holds no *.yaml file');
    return await Promise.all(names.map(async (file) => ({ file, text: await readText(file) })));
  } catch (cause) {
    if (cause instanceof HookError) throw cause;
    throw unreadable(path, cause instanceof Error ? cause.message : String(cause), cause);
  }
}

async function yamlFiles(folder: RunnerPath): Promise<RunnerPath[]> {
  const names = (await readdir(folder)).filter((name) => /\.ya?ml$/.test(name) && !name.startsWith('..'));
  return names.sort().map((name) => join(folder, name));
}

function unreadable(path: RunnerPath, why: string, cause?: unknown): HookError {
  return new HookError('TEMPLATE_INVALID', `The pod template ${path} cannot be read: ${why}.`, {
    cause,
    hint: 'Check ACTIONS_RUNNER_CONTAINER_HOOK_TEMPLATE, and the ConfigMap and its mount in the runner container.',
  });
}

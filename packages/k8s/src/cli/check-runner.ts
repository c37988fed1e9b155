import { access, constants, mkdtemp, rmdir, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { pageOf } from '../failure.js';
import { errorCode } from '../files/io-error.js';
import type { RunnerPath } from '../model/paths.js';
import type { Check } from './check.js';
import type { Environment } from './command.js';

/** Looks at the runner container from inside: the hook, the work folder, and what the helper of a job pod brings. */
export async function checkRunner(environment: Environment, work: RunnerPath): Promise<Check[]> {
  return [
    await hookFile(environment),
    await workFolder(work),
    await externals(join(dirname(work), 'externals')),
  ];
}

async function hookFile({ ACTIONS_RUNNER_CONTAINER_HOOKS: path }: Environment): Promise<Check> {
  const failed = (seen: string): Check => ({
    name: 'hook file',
    status: 'failed',
    seen,
    fix: 'Set ACTIONS_RUNNER_CONTAINER_HOOKS in the env of the runner container to the index.js that it has: docs/install.md.',
    help: pageOf('SETTINGS_INVALID'),
  });
  if (path === undefined || path === '') return failed('ACTIONS_RUNNER_CONTAINER_HOOKS is not set');
  try {
    await access(path, constants.R_OK);
    return { name: 'hook file', status: 'ok', seen: path };
  } catch (error) {
    return failed(`${path} cannot be read: ${errorCode(error) ?? String(error)}`);
  }
}

/** Folders that are not there yet are the runner's to create. */
async function workFolder(work: RunnerPath): Promise<Check> {
  for (const folder of [work, join(work, '_temp'), join(work, '_tool'), join(work, '_actions')])
    try {
      await rmdir(await mkdtemp(join(folder, '.podhooks-doctor-')));
    } catch (error) {
      if (errorCode(error) === 'ENOENT') continue;
      return {
        name: 'work folder',
        status: 'failed',
        seen: `${folder} cannot be written by user ${process.geteuid?.() ?? '?'}: ${errorCode(error) ?? String(error)}${await ownerOf(folder)}`,
        fix: 'Set fsGroup: 1001 in template.spec.securityContext of the runner, or make its user the owner of the folder.',
        help: 'docs/install.md#storage-in-volume-mode',
      };
    }
  return { name: 'work folder', status: 'ok', seen: `${work} can be written` };
}

async function ownerOf(folder: RunnerPath): Promise<string> {
  try {
    const { uid, gid, mode } = await stat(folder);
    return ` (owner ${uid}:${gid}, mode ${(mode & 0o7777).toString(8)})`;
  } catch {
    return '';
  }
}

/** The helper of a job pod copies them for JavaScript actions, out of the same image. */
async function externals(folder: RunnerPath): Promise<Check> {
  const node = join(folder, 'node20/bin/node');
  try {
    await access(node, constants.X_OK);
    return { name: 'externals', status: 'ok', seen: folder };
  } catch (error) {
    return {
      name: 'externals',
      status: 'failed',
      seen: `the runner image has no ${node}: ${errorCode(error) ?? String(error)}`,
      fix: 'Build the runner image from ghcr.io/actions/actions-runner, or copy its externals folder beside the work folder.',
      help: pageOf('POD_FAILED'),
    };
  }
}

import { HookError } from '@podhooks/hooklib';
import { FILE_MARKS, READ_FILES } from '../agent/action-files.js';
import { collectBytes } from '../cluster/collect.js';
import { withRetries } from '../cluster/retry.js';
import type { Context } from '../context.js';
import { HELPER_CONTAINER } from '../model/names.js';
import type { RunnerPath } from '../model/paths.js';
import { RESULT_LIMIT_BYTES } from '../step/script.js';
import { commandsIn, storeFileCommands } from './file-commands.js';

/** Brings the file commands of an action to the runner, each of them whole or not at all. @throws HookError FILES_LOST. */
export async function readFileCommands(pod: string, work: RunnerPath, context: Context): Promise<void> {
  const { cluster, settings, cancelled } = context;
  const commands = commandsIn(work, settings.fileCommands);
  if (commands.length === 0) return;
  const paths = commands.map(({ container }) => container);
  const command = ['bash', '-c', READ_FILES, 'bash', `${RESULT_LIMIT_BYTES + 1}`, ...paths];
  const limitBytes = paths.length * (2 * RESULT_LIMIT_BYTES);
  const { exitCode, stdout, stderr } = await withRetries(
    () => collectBytes(cluster, { pod, container: HELPER_CONTAINER, command, limitBytes }, cancelled),
    { budgetMs: settings.apiRetrySeconds * 1000 },
    cancelled,
  );
  if (exitCode !== 0) throw lostCommands(`cannot be read: ${stderr.trim()}`);
  storeFileCommands(work, commands, contentsOf(stdout.toString('latin1'), paths));
}

/** What READ_FILES has printed: the contents by the index of the path. @throws HookError FILES_LOST for no plain file. */
export function contentsOf(printed: string, paths: readonly string[]): Map<number, Buffer> {
  const contents = new Map<number, Buffer>();
  for (const [index, line] of printed.split('\n').slice(0, paths.length).entries()) {
    const path = paths[index] ?? '';
    if (line === FILE_MARKS.replaced) throw lostCommands(`${path} is not a regular file any more`);
    if (!line.startsWith(FILE_MARKS.content)) continue;
    const content = Buffer.from(line.slice(1), 'base64');
    if (content.length > RESULT_LIMIT_BYTES)
      throw lostCommands(`${path} has more than ${RESULT_LIMIT_BYTES / 2 ** 20} MiB`);
    contents.set(index, content);
  }
  return contents;
}

function lostCommands(why: string): HookError {
  return new HookError('FILES_LOST', `The file commands of the docker action did not come back: ${why}.`, {
    hint: 'Correct the action: it may append to these files, and no more than GitHub takes (1 MiB of outputs a job).',
  });
}

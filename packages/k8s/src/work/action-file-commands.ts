import { HookError } from '@podhooks/hooklib';
import { FILE_MARKS, READ_FILE, READ_FILES } from '../agent/action-files.js';
import { collectBytes } from '../cluster/collect.js';
import { withRetries } from '../cluster/retry.js';
import type { Context } from '../context.js';
import { HELPER_CONTAINER } from '../model/names.js';
import type { RunnerPath } from '../model/paths.js';
import { RESULT_LIMIT_BYTES } from '../step/script.js';
import { commandsIn, storeFileCommands } from './file-commands.js';

/** Larger ones are read one by one, as they are: five of 4 MiB at once do not fit into the memory that a hook may take. */
const SMALL_BYTES = 64 * 1024;

/** Brings the file commands of an action to the runner, each of them whole or not at all. @throws HookError FILES_LOST. */
export async function readFileCommands(pod: string, work: RunnerPath, context: Context): Promise<void> {
  const commands = commandsIn(work, context.settings.fileCommands);
  if (commands.length === 0) return;
  const paths = commands.map(({ container }) => container);
  // In base64, and a line each.
  const limitBytes = paths.length * 2 * SMALL_BYTES;
  const small = await print(pod, [READ_FILES, 'bash', `${SMALL_BYTES + 1}`, ...paths], limitBytes, context);
  for (const [index, beginning] of contentsOf(small.toString('latin1'), paths)) {
    const command = commands[index];
    if (command === undefined) continue;
    const content =
      beginning.length <= SMALL_BYTES ? beginning : await readLarge(pod, command.container, context);
    storeFileCommands(work, [command], new Map([[0, content]]));
  }
}

async function readLarge(pod: string, path: string, context: Context): Promise<Buffer> {
  const limitBytes = RESULT_LIMIT_BYTES + 1;
  const content = await print(pod, [READ_FILE, 'bash', `${limitBytes}`, path], limitBytes, context);
  if (content.length > RESULT_LIMIT_BYTES)
    throw lostCommands(`${path} has more than ${RESULT_LIMIT_BYTES / 2 ** 20} MiB`);
  return content;
}

/** What a script for bash prints in the helper. */
async function print(
  pod: string,
  script: readonly string[],
  limitBytes: number,
  { cluster, settings, cancelled }: Context,
): Promise<Buffer> {
  const command = ['bash', '-c', ...script];
  const { exitCode, stdout, stderr } = await withRetries(
    () => collectBytes(cluster, { pod, container: HELPER_CONTAINER, command, limitBytes }, cancelled),
    { budgetMs: settings.apiRetrySeconds * 1000 },
    cancelled,
  );
  if (exitCode !== 0) throw lostCommands(`cannot be read: ${stderr.trim()}`);
  return stdout;
}

/** What READ_FILES has printed: the contents by the index of the path. @throws HookError FILES_LOST for no plain file. */
export function contentsOf(printed: string, paths: readonly string[]): Map<number, Buffer> {
  const contents = new Map<number, Buffer>();
  for (const [index, line] of printed.split('\n').slice(0, paths.length).entries()) {
    const path = paths[index] ?? '';
    if (line === FILE_MARKS.replaced) throw lostCommands(`${path} is not a regular file any more`);
    if (!line.startsWith(FILE_MARKS.content)) continue;
    contents.set(index, Buffer.from(line.slice(1), 'base64'));
  }
  return contents;
}

function lostCommands(why: string): HookError {
  return new HookError('FILES_LOST', `The file commands of the docker action did not come back: ${why}.`, {
    hint: 'Correct the action: it may append to these files, and no more than GitHub takes (1 MiB of outputs a job).',
  });
}

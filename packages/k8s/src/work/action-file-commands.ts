import { HookError } from '@podhooks/hooklib';
import { FILE_MARKS, READ_FILES } from '../agent/action-files.js';
import { collectBytes } from '../cluster/collect.js';
import { withRetries } from '../cluster/retry.js';
import type { Context } from '../context.js';
import { HELPER_CONTAINER } from '../model/names.js';
import type { RunnerPath } from '../model/paths.js';
import { RESULT_LIMIT_BYTES } from '../step/script.js';
import { commandsIn, storeFileCommands } from './file-commands.js';

/** Larger ones are read one by one: five of 4 MiB at once would not fit into the memory that a hook may take. */
const SMALL_BYTES = 64 * 1024;

/** Brings the file commands of an action to the runner, each of them whole or not at all. @throws HookError FILES_LOST. */
export async function readFileCommands(pod: string, work: RunnerPath, context: Context): Promise<void> {
  const commands = commandsIn(work, context.settings.fileCommands);
  if (commands.length === 0) return;
  const read = async (some: typeof commands, limit: number) => {
    const paths = some.map(({ container }) => container);
    return contentsOf(await print(pod, paths, limit, context), paths);
  };
  const beginnings = await read(commands, SMALL_BYTES + 1);
  for (const [index, command] of commands.entries()) {
    const beginning = beginnings.get(index);
    const isWhole = beginning === undefined || beginning.length <= SMALL_BYTES;
    const content = isWhole ? beginning : (await read([command], RESULT_LIMIT_BYTES + 1)).get(0);
    if (content !== undefined) storeFileCommands(work, [command], new Map([[0, content]]));
  }
}

/** What READ_FILES prints, of each file no more than a limit. */
async function print(pod: string, paths: readonly string[], limit: number, context: Context) {
  const { cluster, settings, cancelled } = context;
  const command = ['bash', '-c', READ_FILES, 'bash', `${limit}`, ...paths];
  // In base64, and a line each.
  const limitBytes = paths.length * (Math.ceil(limit / 3) * 4 + 2);
  const { exitCode, stdout, stderr } = await withRetries(
    () => collectBytes(cluster, { pod, container: HELPER_CONTAINER, command, limitBytes }, cancelled),
    { budgetMs: settings.apiRetrySeconds * 1000 },
    cancelled,
  );
  if (exitCode !== 0) throw lostCommands(`cannot be read: ${stderr.trim()}`);
  return stdout.toString('latin1');
}

/** What READ_FILES has printed: the contents by the index of the path. @throws HookError FILES_LOST for no plain file. */
export function contentsOf(printed: string, paths: readonly string[]): Map<number, Buffer> {
  const contents = new Map<number, Buffer>();
  for (const [index, line] of printed.split('\n').slice(0, paths.length).entries()) {
    const path = paths[index] ?? '';
    if (line === FILE_MARKS.replaced) throw lostCommands(`${path} is no plain file any more`);
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

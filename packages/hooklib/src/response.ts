// Not node:fs/promises, which is loaded at once: most hooks write no answer.
import { constants, promises } from 'node:fs';
import { dirname } from 'node:path';
import { HookError } from './errors.js';
import type { HookResponse } from './protocol.js';

/** As for `w`, but a link in its place is refused: its folder lies where steps can write. */
const WITHOUT_LINKS = constants.O_WRONLY | constants.O_CREAT | constants.O_TRUNC | constants.O_NOFOLLOW;

/**
 * Writes the hook's answer in place of whatever the file holds: the runner reads exactly one JSON document. Its
 * folder lies in `_temp`, which a job can remove, and is made again.
 * @throws HookError RESPONSE_NOT_WRITTEN
 */
export async function writeResponse(file: string, response: HookResponse): Promise<void> {
  // The one thing that the runner refuses and the type lets through.
  if (response.context?.container !== undefined && response.isAlpine === undefined) {
    throw notWritten(
      file,
      'it has a job container, but not isAlpine',
      'Report this: it is a fault of the hook.',
    );
  }
  try {
    const text = Buffer.from(`${JSON.stringify(response)}\n`);
    await promises.mkdir(dirname(file), { recursive: true });
    await promises.writeFile(file, text, { flag: WITHOUT_LINKS });
    const { size } = await promises.lstat(file);
    if (size !== text.length) throw new Error(`${size} of ${text.length} bytes were written`);
  } catch (cause) {
    const hint =
      "Check on the runner that the disk is not full and that the runner's user may write to this folder.";
    throw notWritten(file, cause instanceof Error ? cause.message : String(cause), hint, cause);
  }
}

function notWritten(file: string, reason: string, hint: string, cause?: unknown): HookError {
  const message = `The response ${file} could not be written: ${reason}`;
  return new HookError('RESPONSE_NOT_WRITTEN', message, { hint, cause });
}

import { readFile } from 'node:fs/promises';
import type { RunnerPath } from '../model/paths.js';

/** The text of a file. @throws Error that says why it cannot be read, also where it is not UTF-8. */
export async function readText(path: RunnerPath): Promise<string> {
  const bytes = await readFile(path);
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch (cause) {
    throw new Error('it is not UTF-8', { cause });
  }
}

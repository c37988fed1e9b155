import { spawnSync } from 'node:child_process';
import { readFile } from 'node:fs/promises';

/** CONTRIBUTING.md as it is, with the imports that `npm run structure` finds now. */
export async function contributingPage(file: string): Promise<string> {
  const { stdout } = spawnSync(process.execPath, ['scripts/structure.mjs'], { encoding: 'utf8' });
  const page = await readFile(file, 'utf8');
  return page.replace(/(?<=<!-- Made by `npm run docs`[^\n]*\n\n```text\n).*?(?=```)/s, () => stdout);
}

/** `npm run docs`: writes the pages that are made from the code. */
import { writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { MADE_PAGES } from './pages.js';

for (const [name, make] of Object.entries(MADE_PAGES)) {
  const file = fileURLToPath(new URL(`../../docs/${name}`, import.meta.url));
  await writeFile(file, await make(file));
}

/** `npm run docs`: writes the pages that are made from the code. */
import { writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { settingsPage } from './settings-page.js';
import { settingsSchema } from './settings-schema.js';

const PAGES = { 'settings.md': settingsPage, 'settings.schema.json': settingsSchema };

for (const [name, page] of Object.entries(PAGES)) {
  const file = fileURLToPath(new URL(`../../docs/${name}`, import.meta.url));
  await writeFile(file, await page(file));
}

/** `npm run docs`: writes the pages that are made from the code. */
import { writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { settingsPage } from './settings-page.js';

const file = fileURLToPath(new URL('../../docs/settings.md', import.meta.url));
await writeFile(file, await settingsPage(file));

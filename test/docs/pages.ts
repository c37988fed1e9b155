import { compatibilityPage } from './compatibility-page.js';
import { contributingPage } from './contributing-page.js';
import { failuresPage } from './failures-page.js';
import { optionsPage } from './options-page.js';
import { settingsPage } from './settings-page.js';
import { settingsSchema } from './settings-schema.js';
import { transcriptsPage } from './transcripts-page.js';
import { testingPage } from './testing-page.js';

/** The pages that are made from the code, as seen from docs/. */
export const MADE_PAGES: Readonly<Record<string, (file: string) => Promise<string>>> = {
  '../CONTRIBUTING.md': contributingPage,
  'compatibility.md': compatibilityPage,
  'failures.md': failuresPage,
  'options.md': optionsPage,
  'settings.md': settingsPage,
  'settings.schema.json': settingsSchema,
  'testing.md': testingPage,
  'transcripts.md': transcriptsPage,
};

import { optionsPage } from './options-page.js';
import { settingsPage } from './settings-page.js';
import { settingsSchema } from './settings-schema.js';
import { testingPage } from './testing-page.js';

/** The pages in docs/ that are made from the code, by their names there. */
export const MADE_PAGES: Readonly<Record<string, (file: string) => Promise<string>>> = {
  'options.md': optionsPage,
  'settings.md': settingsPage,
  'settings.schema.json': settingsSchema,
  'testing.md': testingPage,
};

import { HookError } from '@podhooks/hooklib';
import { readText } from '../files/text-file.js';
import { isList, isMap } from '../json.js';
import { readTemplateFiles } from '../pods/template-files.js';
import { parseSettings } from '../settings/file.js';
import { loadTemplate } from '../template/template.js';
import { readDocuments } from '../yaml/documents.js';

/** What is wrong with a file, each with file, line and path. */
export interface Findings {
  kind: 'template' | 'settings';
  faults: readonly string[];
  warnings: readonly string[];
}

/** What only a pod template has at its top. */
const OF_TEMPLATES = ['spec', 'metadata', 'apiVersion', 'kind'];

/** Checks a pod template (a file, or a folder of them) or a settings file as the hook does, without a cluster. */
export async function lint(path: string): Promise<Findings> {
  if (await isSettings(path)) {
    const { faults } = parseSettings(path, await readText(path));
    return { kind: 'settings', faults, warnings: [] };
  }
  try {
    const { warnings } = loadTemplate(await readTemplateFiles(path));
    return { kind: 'template', faults: [], warnings };
  } catch (error) {
    if (!(error instanceof HookError)) throw error;
    const [first = '', ...faults] = error.message.split('\n').map((line) => line.trim());
    return { kind: 'template', faults: faults.length > 0 ? faults : [first], warnings: [] };
  }
}

async function isSettings(path: string): Promise<boolean> {
  const text = await readText(path).catch(() => undefined);
  const documents = text === undefined ? undefined : readDocuments({ file: path, text });
  const value = isList(documents) ? documents[0]?.value : undefined;
  return isMap(value) && !Object.keys(value).some((key) => OF_TEMPLATES.includes(key));
}

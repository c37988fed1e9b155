import { readText } from '../files/text-file.js';
import { isList, isMap, type JsonMap } from '../json.js';
import type { RunnerPath } from '../model/paths.js';
import { readDocuments, type YamlDocument } from '../yaml/documents.js';
import { formatFault, formatPath, type Fault, type Path } from '../yaml/fault.js';
import { nearest } from '../yaml/suggest.js';
import type { SettingsFile } from './file-values.js';
import { VARIABLES } from './schema.js';
import type { Variable } from './variable.js';

const SETTINGS = new Map<string, Variable<unknown>>();
/** What stands around settings, such as `inherit` around `inherit.proxy`. */
const GROUPS = new Set<string>();
for (const variable of Object.values<Variable<unknown>>(VARIABLES)) {
  if (variable.key === undefined) continue;
  SETTINGS.set(variable.key, variable);
  const parts = variable.key.split('.');
  for (let length = 1; length < parts.length; length++) GROUPS.add(parts.slice(0, length).join('.'));
}

/** What the settings file says, and all its faults, each with file, line and path. Empty is as good as no file. */
export async function readSettingsFile(file: RunnerPath): Promise<SettingsFile> {
  let text: string;
  try {
    text = await readText(file);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    return faulty({ file, message: `cannot be read: ${why}` });
  }
  return parseSettings(file, text);
}

/** As readSettingsFile, of a text that is read already. */
export function parseSettings(file: RunnerPath, text: string): SettingsFile {
  const documents = readDocuments({ file, text });
  if (!isList(documents)) return faulty(documents);
  const [document, second] = documents;
  if (document === undefined) return { values: {}, faults: [] };
  if (second !== undefined) return faulty(second.fault([], 'expected one document, found a second one'));
  const { value } = document;
  if (!isMap(value)) return faulty(document.fault([], `expected a map of settings, found ${seen(value)}`));
  return readGroup(value, [], document);
}

const faulty = (fault: Fault): SettingsFile => ({ values: {}, faults: [formatFault(fault)] });

/** The members of one map. Nothing after the colon counts as left out. */
function readGroup(group: JsonMap, path: Path, document: YamlDocument): SettingsFile {
  const parts = Object.entries(group).map(([name, value]): SettingsFile => {
    const here = [...path, name];
    const key = formatPath(here);
    const fault = (message: string) => faulty(document.fault(here, message));
    const variable = SETTINGS.get(key);
    if (variable === undefined && !GROUPS.has(key)) return fault(`unknown setting${suggestion(name, path)}`);
    if (value === null) return { values: {}, faults: [] };
    if (variable === undefined)
      return isMap(value) ? readGroup(value, here, document) : fault(`expected a map, found ${seen(value)}`);
    const read = variable.kind.ofYaml(value);
    return read === undefined
      ? fault(`expected ${variable.kind.wants}, found ${seen(value)}`)
      : { values: { [key]: read }, faults: [] };
  });
  return {
    values: Object.fromEntries(parts.flatMap(({ values }) => Object.entries(values))),
    faults: parts.flatMap(({ faults }) => faults),
  };
}

/** No setting is a secret: what a text or a number says may be shown. */
function seen(value: unknown): string {
  if (isList(value)) return 'a list';
  if (isMap(value)) return 'a map';
  return typeof value === 'string' ? JSON.stringify(value) : String(value);
}

/** The likely spelling; else the place where the same word is known; else the key of a variable's name. */
function suggestion(name: string, path: Path): string {
  const known = [...SETTINGS.keys(), ...GROUPS];
  const around = path.length === 0 ? '' : `${formatPath(path)}.`;
  const siblings = known
    .filter((key) => key.startsWith(around))
    .map((key) => key.slice(around.length))
    .filter((key) => !key.includes('.'));
  const meant =
    nearest(name, siblings) ??
    known.find((key) => key === name || key.endsWith(`.${name}`)) ??
    [...SETTINGS.values()].find((variable) => variable.name === name)?.key;
  return meant === undefined ? `; there are ${siblings.join(', ')}` : `; did you mean ${meant}?`;
}

import { isList, isMap, type JsonMap } from '../json.js';
import type { Path } from '../yaml/fault.js';
import { labelValue } from '../model/labels.js';

/** What a template may write as `${NAME}`: facts of the job that are no secrets. */
export const PLACEHOLDERS = [
  'GITHUB_ACTOR',
  'GITHUB_EVENT_NAME',
  'GITHUB_JOB',
  'GITHUB_REF_NAME',
  'GITHUB_REPOSITORY',
  'GITHUB_REPOSITORY_OWNER',
  'GITHUB_RUN_ATTEMPT',
  'GITHUB_RUN_ID',
  'GITHUB_RUN_NUMBER',
  'GITHUB_SHA',
  'GITHUB_WORKFLOW',
  'RUNNER_NAME',
] as const;

/** The values of the placeholders; one that is missing is replaced by nothing. */
export type PlaceholderValues = Readonly<Partial<Record<(typeof PLACEHOLDERS)[number], string>>>;

/** `$${` stands for `${` itself. Other `${...}` are none of ours: they may be for a shell. */
const PATTERN = /\$\$\{|\$\{((?:GITHUB|RUNNER)_\w*)\}/g;

/** The names in `text` that look like placeholders and are none. */
export function unknownPlaceholders(text: string): string[] {
  const names = [...text.matchAll(PATTERN)].flatMap(([, name]) => (name === undefined ? [] : [name]));
  return names.filter((name) => !PLACEHOLDERS.some((known) => known === name));
}

/**
 * Fills in the placeholders in all texts of a patch, but not in names of members. A label is then cut down to
 * what a label may hold (`octo/app` to `octo-app`). Where the kubelet expands `$(VAR)`, a `$` in the value
 * is doubled: the name of a branch must not read the container's variables.
 */
export function fillPlaceholders(patch: JsonMap, values: PlaceholderValues): JsonMap {
  return fillMap(patch, [], values);
}

function fillMap(map: JsonMap, path: Path, values: PlaceholderValues): JsonMap {
  return Object.fromEntries(
    Object.entries(map).map(([key, member]) => [key, fill(member, [...path, key], values)]),
  );
}

function fill(value: unknown, path: Path, values: PlaceholderValues): unknown {
  if (isList(value)) return value.map((element, index) => fill(element, [...path, index], values));
  if (isMap(value)) return fillMap(value, path, values);
  return typeof value === 'string' ? fillText(value, path, values) : value;
}

function fillText(text: string, path: Path, values: PlaceholderValues): string {
  const expands = isExpandedByKubelet(path);
  const filled = text.replace(PATTERN, (match, name: string | undefined) => {
    if (name === undefined) return '${';
    const known = PLACEHOLDERS.find((each) => each === name);
    if (!known) return match;
    const value = values[known] ?? '';
    return expands ? value.replaceAll('$', '$$$$') : value;
  });
  return filled !== text && path[0] === 'metadata' && path[1] === 'labels' ? labelValue(filled) : filled;
}

/** The kubelet expands `$(VAR)` in commands, arguments, values of variables and expressions of sub paths. */
function isExpandedByKubelet(path: Path): boolean {
  return (
    path.includes('command') ||
    path.includes('args') ||
    path.at(-1) === 'subPathExpr' ||
    (path.includes('env') && path.at(-1) === 'value')
  );
}

import { isList, isMap, type JsonMap } from '../json.js';
import { formatPath, type Fault, type Path } from '../yaml/fault.js';
import { nearest } from '../yaml/suggest.js';
import type { YamlDocument } from '../yaml/documents.js';
import { DIRECTIVE } from '../merge/merge.js';
import { PLACEHOLDERS, unknownPlaceholders } from './placeholders.js';
import { fieldNames, fieldType, type FieldType, type Scalar } from '../merge/schema.js';

type ListType = Extract<FieldType, { kind: 'list' }>;
type Report = (path: Path, message: string) => void;

/** An object of the document on the way to the value in question. */
interface Ancestor {
  readonly type: string;
  readonly path: Path;
}

const DIRECTIVES = ['delete', 'replace', 'merge'];

/** Lists in which Kubernetes refuses a key that stands twice; of two variables the last one counts. */
const UNIQUE = new Set(['Container', 'Volume', 'VolumeMount', 'VolumeDevice']);

/** As apimachinery's resource.Quantity: a number with a binary, decimal or exponent suffix. */
const QUANTITY = /^[+-]?(\d+(\.\d*)?|\.\d+)([KMGTPE]i|[numkMGTPE]|[eE][+-]?\d+)?$/;

/**
 * What in a pod template is not as the pod schema has it: unknown fields, wrong types, missing and repeated
 * keys, two sources in one, unknown directives and placeholders. All of it, in the order of the document.
 */
export function checkSchema(template: JsonMap, document: YamlDocument): Fault[] {
  const faults: Fault[] = [];
  const report: Report = (path, message) => faults.push(document.fault(path, message));
  checkObject(template, { type: 'PodTemplateSpec', path: [] }, [], report);
  return faults;
}

function checkValue(
  value: unknown,
  type: FieldType,
  path: Path,
  around: readonly Ancestor[],
  report: Report,
): void {
  if (typeof value === 'string') checkPlaceholders(value, path, report);
  if (value === null) return; // deletes
  switch (type.kind) {
    case 'object':
      if (isMap(value)) checkObject(value, { type: type.type, path }, around, report);
      else report(path, `expected a map, found ${describe(value)}`);
      return;
    case 'map':
      if (!isMap(value)) report(path, `expected a map, found ${describe(value)}`);
      else checkMap(value, type.of, path, around, report);
      return;
    case 'list':
      if (isList(value)) checkList(value, type, path, around, report);
      else report(path, `expected a list, found ${describe(value)}`);
      return;
    case 'enum':
      checkEnum(value, type.values, path, report);
      return;
    case 'scalar':
      if (!fits(value, type.type)) report(path, expectation(value, type.type));
  }
}

function checkObject(value: JsonMap, self: Ancestor, around: readonly Ancestor[], report: Report): void {
  for (const [key, member] of Object.entries(value)) {
    const path = [...self.path, key];
    const type = fieldType(self.type, key);
    if (key.startsWith('$')) checkDirective(key, member, path, report);
    else if (type) checkValue(member, type, path, [...around, self], report);
    else checkUnknown(key, member, self, around, report);
  }
}

/** A field that is not known here, and what is wrong in it, too: nobody should correct one mistake to be report the next. */
function checkUnknown(
  key: string,
  member: unknown,
  self: Ancestor,
  around: readonly Ancestor[],
  report: Report,
): void {
  const path = [...self.path, key];
  const meant = meantField(key, self, around);
  report(path, `unknown field${meant === undefined ? '' : `; ${meant.says}`}`);
  if (meant !== undefined) checkValue(member, meant.type, path, [...around, self], report);
}

function checkMap(
  value: JsonMap,
  of: FieldType,
  path: Path,
  around: readonly Ancestor[],
  report: Report,
): void {
  for (const [key, member] of Object.entries(value)) {
    if (key === DIRECTIVE) checkDirective(key, member, [...path, key], report);
    else checkValue(member, of, [...path, key], around, report);
  }
}

function checkList(
  value: readonly unknown[],
  type: ListType,
  path: Path,
  around: readonly Ancestor[],
  report: Report,
): void {
  const seen = new Map<string, number>();
  value.forEach((element, index) => {
    const here = [...path, index];
    if (element === null) report(here, 'the element is empty');
    checkValue(element, type.of, here, around, report);
    if (!isMap(element) || !type.keys?.length || isReplaceMarker(element)) return;

    const missing = type.keys.find(({ field, fallback }) => (element[field] ?? fallback) === undefined);
    if (missing) {
      report(here, `has no ${missing.field}`);
      return;
    }
    const key = type.keys.map(({ field, fallback }) => JSON.stringify(element[field] ?? fallback)).join(' ');
    const first = seen.get(key);
    if (first === undefined) seen.set(key, index);
    else if (type.of.kind === 'object' && UNIQUE.has(type.of.type)) {
      report(here, `${key} stands here a second time, after ${formatPath([...path.slice(-1), first])}`);
    }
    if (type.replaceElements) checkUnion(element, type, here, report);
  });
}

const isReplaceMarker = (element: JsonMap): boolean =>
  element[DIRECTIVE] === 'replace' && Object.keys(element).length === 1;

/** A volume, a resource claim, a variable: apart from its name it has one source. */
function checkUnion(element: JsonMap, { keys = [] }: ListType, path: Path, report: Report): void {
  const sources = Object.keys(element).filter(
    (name) => name !== DIRECTIVE && element[name] !== null && !keys.some(({ field }) => field === name),
  );
  if (sources.length > 1) report(path, `has more than one source: ${sources.join(', ')}`);
}

function checkDirective(key: string, value: unknown, path: Path, report: Report): void {
  if (key !== DIRECTIVE) report(path, `unknown directive; there is ${DIRECTIVE} only`);
  else if (!DIRECTIVES.some((known) => known === value)) report(path, `expected ${DIRECTIVES.join(', ')}`);
}

function checkPlaceholders(text: string, path: Path, report: Report): void {
  for (const name of unknownPlaceholders(text)) {
    const known = PLACEHOLDERS.join(', ');
    report(
      path,
      `unknown placeholder \${${name}}; known are ${known}; write $\${${name}} for the text itself`,
    );
  }
}

function checkEnum(value: unknown, values: readonly string[], path: Path, report: Report): void {
  if (typeof value !== 'string')
    report(path, `expected one of ${values.join(', ')}, found ${describe(value)}`);
  else if (!values.includes(value) && !hasPlaceholder(value)) {
    const meant = nearest(value, values);
    report(path, `expected one of ${values.join(', ')}${meant ? `; did you mean ${meant}?` : ''}`);
  }
}

function fits(value: unknown, type: Scalar): boolean {
  switch (type) {
    case 'string':
      return typeof value === 'string';
    case 'integer':
      return Number.isSafeInteger(value);
    case 'boolean':
      return typeof value === 'boolean';
    case 'int-or-string':
      return typeof value === 'string' || Number.isSafeInteger(value);
    case 'quantity':
      if (typeof value === 'string') return QUANTITY.test(value) || hasPlaceholder(value);
      return typeof value === 'number' && Number.isFinite(value);
    case 'any':
      return true;
  }
}

const EXPECTED: Readonly<Record<Scalar, string>> = {
  string: 'a text',
  integer: 'an integer',
  boolean: 'true or false',
  quantity: 'a quantity such as 500m, 2 or 4Gi',
  'int-or-string': 'an integer or a text',
  any: 'a value',
};

function expectation(value: unknown, type: Scalar): string {
  const quote = type === 'string' && !isMap(value) && !isList(value) ? '; put it in quotes' : '';
  return `expected ${EXPECTED[type]}, found ${describe(value)}${quote}`;
}

/** The kind of a value, not the value: it may be a secret. */
function describe(value: unknown): string {
  if (isList(value)) return 'a list';
  if (isMap(value)) return 'a map';
  if (typeof value === 'string') return 'a text';
  return typeof value === 'boolean' ? String(value) : 'a number';
}

const hasPlaceholder = (text: string): boolean => text.includes('${');

interface Meant {
  readonly says: string;
  readonly type: FieldType;
}

/** What a field that is not known here may be: another spelling, or a field of an object above or right below. */
function meantField(field: string, self: Ancestor, around: readonly Ancestor[]): Meant | undefined {
  const spelled = nearest(field, fieldNames(self.type));
  const here = spelled === undefined ? undefined : fieldType(self.type, spelled);
  if (here !== undefined) return { says: `did you mean ${spelled ?? ''}?`, type: here };
  const home = around.findLast((ancestor) => fieldType(ancestor.type, field));
  const above = home && fieldType(home.type, field);
  if (above !== undefined)
    return { says: `it belongs to ${formatPath(home?.path ?? []) || 'the top level'}`, type: above };
  const below = fieldNames(self.type).flatMap((name) => {
    const child = fieldType(self.type, name);
    const type = child?.kind === 'object' ? fieldType(child.type, field) : undefined;
    return type === undefined ? [] : [{ says: `it belongs under ${name}`, type }];
  });
  return below.length === 1 ? below[0] : undefined;
}

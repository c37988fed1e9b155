import { isDeepStrictEqual } from 'node:util';
import { asMap, isList, isMap, type JsonMap } from '../json.js';
import { type FieldType, type MergeKey, valueType } from '../merge/schema.js';

/** One stage in the making of an object: what it is then, and where what has changed since the stage before came from. */
export interface Stage {
  readonly value: object;
  /** Undefined for the first stage, on which nothing is remarked. */
  readonly origin: string | undefined;
}

/** What stands in the place of a value that may be secret. */
export const HIDDEN = '<hidden>';

/** The values of one place, one for each stage; undefined where it was not there yet. */
type Values = readonly unknown[];
/** Which stage gave a value its last change; several of them inside of a map or list. */
type Origin = number | 'several';

/**
 * The last stage as YAML, with a comment beside what a later stage than the first has brought. Lists are compared element by
 * element where Kubernetes merges them so. Literal values of variables are hidden unless the first stage has them.
 */
export function annotatedYaml(stages: readonly Stage[], type = 'PodTemplateSpec'): string {
  const origins = stages.map(({ origin }) => origin);
  const values = stages.map(({ value }) => value);
  return new Printer(origins).members(values, { kind: 'object', type }, '', false).join('\n') + '\n';
}

class Printer {
  constructor(private readonly origins: readonly (string | undefined)[]) {}

  /** @param isExplained whether a line above says already where all of it came from. */
  members(values: Values, type: FieldType, indent: string, isExplained: boolean): string[] {
    return nameFirst(asMap(values.at(-1))).flatMap((name) => {
      const inner = valueType(type, name);
      const each = values.map((map) => (isMap(map) && Object.hasOwn(map, name) ? map[name] : undefined));
      const now = each.at(-1);
      if (now === undefined) return [];
      const remark = isExplained ? undefined : this.remark(each, inner);
      const key = `${indent}${scalar(name)}:`;
      const comment = remark === undefined ? '' : ` # ${remark}`;
      const explained = isExplained || remark !== undefined;
      if (isList(now) && now.length > 0)
        return [`${key}${comment}`, ...this.elements(each, inner, `${indent}  `, explained)];
      if (isMap(now) && Object.keys(now).length > 0)
        return [`${key}${comment}`, ...this.members(each, inner, `${indent}  `, explained)];
      const isHidden = isVariable(type) && name === 'value' && each[0] !== now;
      return text(isHidden ? HIDDEN : now, key, comment, indent);
    });
  }

  private elements(values: Values, type: FieldType, indent: string, isExplained: boolean): string[] {
    const of: FieldType = type.kind === 'list' ? type.of : type;
    return asList(values.at(-1)).flatMap((element) => {
      const each = values.map((list) => asList(list).find((other) => isSame(other, element, type)));
      if (!isMap(element)) return text(element, `${indent}-`, '', indent);
      const remark = isExplained ? undefined : this.remark(each, of);
      const [first = '', ...rest] = this.members(
        each,
        of,
        `${indent}  `,
        isExplained || remark !== undefined,
      );
      return [
        ...(remark === undefined ? [] : [`${indent}# ${remark}`]),
        `${indent}- ${first.slice(indent.length + 2) || '{}'}`,
        ...rest,
      ];
    });
  }

  private remark(values: Values, type: FieldType): string | undefined {
    const origin = originOf(values, type);
    return origin === 'several' ? undefined : this.origins[origin];
  }
}

function originOf(values: Values, type: FieldType): Origin {
  const now = values.at(-1);
  const inner = isMap(now) ? ofMembers(now, values, type) : ofElements(now, values, type);
  if (inner.length === 0) return values.findLastIndex((value, index) => differs(value, values[index - 1]));
  const [first = 'several'] = inner;
  return inner.every((origin) => origin === first) ? first : 'several';
}

const differs = (value: unknown, before: unknown): boolean => !isDeepStrictEqual(value, before);

function ofMembers(now: JsonMap, values: Values, type: FieldType): Origin[] {
  return Object.keys(now).map((name) =>
    originOf(
      values.map((map) => (isMap(map) && Object.hasOwn(map, name) ? map[name] : undefined)),
      valueType(type, name),
    ),
  );
}

/** None for lists that are replaced whole, and for scalars. */
function ofElements(now: unknown, values: Values, type: FieldType): Origin[] {
  if (!isList(now) || type.kind !== 'list' || type.keys === undefined) return [];
  return now.map((element) =>
    originOf(
      values.map((list) => asList(list).find((other) => isSame(other, element, type))),
      type.of,
    ),
  );
}

function isSame(other: unknown, element: unknown, type: FieldType): boolean {
  const keys = type.kind === 'list' ? (type.keys ?? []) : [];
  if (keys.length === 0 || !isMap(other) || !isMap(element)) return isDeepStrictEqual(other, element);
  const key = (map: JsonMap, { field, fallback }: MergeKey): unknown => map[field] ?? fallback;
  return keys.every((each) => key(other, each) === key(element, each));
}

/** As people look for it. */
const nameFirst = (map: JsonMap): string[] =>
  Object.keys(map).sort((a, b) => Number(b === 'name') - Number(a === 'name'));

const isVariable = (type: FieldType): boolean => type.kind === 'object' && type.type === 'EnvVar';
const asList = (value: unknown): readonly unknown[] => (isList(value) ? value : []);

/** Scripts are to be read: a text of several lines stands as such. */
function text(value: unknown, key: string, comment: string, indent: string): string[] {
  const isBlock =
    typeof value === 'string' && /^[^\s#][^]*\n[^]*\S$/.test(value) && !/[^\n\x20-\x7e]/.test(value);
  if (!isBlock) return [`${key} ${scalar(value)}${comment}`];
  const lines = value.split('\n').map((line) => (line === '' ? '' : `${indent}  ${line}`));
  return [`${key} |-${comment}`, ...lines];
}

/** Words that YAML, of whatever version, takes for something other than text. */
const OTHER = /^(?:true|false|yes|no|on|off|y|n|null|~|[-+.\d].*)$/i;

/** JSON is YAML, but few quotes read better. */
function scalar(value: unknown): string {
  const isPlain = typeof value === 'string' && /^[\w/.<>$-][\w ./@<>+:=-]*$/.test(value);
  return isPlain && !OTHER.test(value) && !/: |:$| $/.test(value) ? value : JSON.stringify(value);
}

import { POD_SCHEMA } from './schema.generated.js';

const SCALARS = ['string', 'integer', 'boolean', 'quantity', 'int-or-string', 'any'] as const;
export type Scalar = (typeof SCALARS)[number];

/** A field of a list's elements that tells them apart, and the value that Kubernetes takes when it is missing. */
export interface MergeKey {
  readonly field: string;
  readonly fallback?: string;
}

/** What a field may hold, and how two values of it are merged. */
export type FieldType =
  | { readonly kind: 'scalar'; readonly type: Scalar }
  | { readonly kind: 'enum'; readonly values: readonly string[] }
  | { readonly kind: 'object'; readonly type: string }
  | { readonly kind: 'map'; readonly of: FieldType }
  /** A list without `keys` is replaced whole; with no key at all in `keys` it is a set. */
  | {
      readonly kind: 'list';
      readonly of: FieldType;
      readonly keys?: readonly MergeKey[];
      readonly replaceElements: boolean;
    };

const ANY: FieldType = { kind: 'scalar', type: 'any' };

/** `Element`, an optional `!` for "an element of the same key is replaced whole", and the keys in brackets. */
const LIST = /^(.+?)(!?)\[(.*)\]$/;

function parseKey(text: string): MergeKey {
  const [field = '', fallback] = text.split('=');
  return fallback === undefined ? { field } : { field, fallback };
}

/**
 * Reads one type of the generated schema: `string`, `Always|Never` (an enumeration), `Container` (an object),
 * `{quantity}` (a map), `string[]` (a list replaced whole), `string[*]` (a set), `Container[name]` (a list
 * merged by key), `Volume![name]` (merged by key, elements replaced whole), `X[port,protocol=TCP]` (two keys,
 * one with a default).
 */
function parseType(text: string): FieldType {
  const list = LIST.exec(text);
  if (list) {
    const [, element = '', bang, keys = ''] = list;
    const of = parseType(element);
    const replaceElements = bang === '!';
    if (keys === '') return { kind: 'list', of, replaceElements };
    return { kind: 'list', of, replaceElements, keys: keys === '*' ? [] : keys.split(',').map(parseKey) };
  }
  if (text.startsWith('{')) return { kind: 'map', of: parseType(text.slice(1, -1)) };
  if (text.includes('|')) return { kind: 'enum', values: text.split('|') };
  const scalar = SCALARS.find((name) => name === text);
  return scalar ? { kind: 'scalar', type: scalar } : { kind: 'object', type: text };
}

const parsed = new Map<string, FieldType>();

function typeOf(text: string): FieldType {
  let type = parsed.get(text);
  if (!type) {
    type = parseType(text);
    parsed.set(text, type);
  }
  return type;
}

/** The names of all fields of an object type of the pod schema; none when the type is unknown. */
export function fieldNames(type: string): string[] {
  return Object.keys(POD_SCHEMA[type] ?? {});
}

/** The type of one field of an object type; undefined when it has no such field. */
export function fieldType(type: string, field: string): FieldType | undefined {
  const fields = POD_SCHEMA[type] ?? {};
  const text = Object.hasOwn(fields, field) ? fields[field] : undefined;
  return text === undefined ? undefined : typeOf(text);
}

/** The type of what a map or an object holds under `key`: `any` where the schema does not know. */
export function valueType(container: FieldType, key: string): FieldType {
  if (container.kind === 'map') return container.of;
  return (container.kind === 'object' ? fieldType(container.type, key) : undefined) ?? ANY;
}

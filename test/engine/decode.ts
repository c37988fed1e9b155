import { readFileSync } from 'node:fs';
import { isRecord } from './json.js';
import { badRequest } from './status.js';
import type { Draft, KubeObject } from './types.js';

type Json = null | boolean | number | string | Json[] | { [key: string]: Json };

const TYPES = readTypes(JSON.parse(readFileSync(new URL('./schema/types.json', import.meta.url), 'utf8')));
const QUANTITY = /^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$/;

/** What the server's own types hold when a client sends nothing. */
const EMPTY: Record<string, { [key: string]: Json }> = {
  Pod: { metadata: {}, spec: { containers: [] } },
  PodSpec: { containers: [] },
  Secret: { metadata: {} },
};

/** Of fields that alpha or beta feature gates turn off by default: the server drops them without a word. */
const SWITCHED_OFF: Record<string, string> = { Volume: 'image' };

/**
 * Reads the body of a create request as the server does: fields that the schema does not have are refused
 * (`strict`) or dropped, wrong types always refused, with the server's own words.
 */
export function decode<T extends KubeObject>(kind: string, text: string, strict: boolean): Draft<T> {
  const document = parse(kind, text);
  const given = typeof document['kind'] === 'string' ? document['kind'] : kind;
  if (given !== kind)
    throw badRequest(
      `${given} in version "v1" cannot be handled as a ${kind}: ` +
        `converting (v1.${given}) to (core.${kind}): unknown conversion`,
    );
  const unknown: string[] = [];
  const value = new Decoder(kind, unknown).object(kind, { ...document, kind, apiVersion: 'v1' }, '', '');
  if (strict && unknown.length > 0) {
    const list = unknown.map((path) => `unknown field "${path}"`).join(', ');
    throw refused(kind, `strict decoding error: ${list}`);
  }
  if (!isDraft<T>(value)) throw refused(kind, 'no object');
  return value;
}

/** What `object` built has the types of the schema, of which the interfaces in types.ts are an excerpt. */
function isDraft<T extends KubeObject>(value: object): value is Draft<T> {
  return 'metadata' in value;
}

const refused = (kind: string, why: string) =>
  badRequest(`${kind} in version "v1" cannot be handled as a ${kind}: ${why}`);

function parse(kind: string, text: string): { [key: string]: Json } {
  const unrecognised = (why: string) =>
    badRequest(
      `the object provided is unrecognized (must be of type ${kind}): couldn't get version/kind; ` +
        `json parse error: ${why} (${text.slice(0, 50) || '<empty>'})`,
    );
  let document: unknown;
  try {
    document = JSON.parse(text);
  } catch {
    throw unrecognised('unexpected end of JSON input');
  }
  if (!isJsonMap(document)) throw unrecognised('not an object');
  return document;
}

class Decoder {
  constructor(
    private readonly kind: string,
    private readonly unknown: string[],
  ) {}

  /** @param path with indexes, for unknown fields; @param goPath without them, as Go's decoder names fields. */
  object(type: string, value: { [key: string]: Json }, path: string, goPath: string): object {
    const fields = TYPES.get(type) ?? new Map<string, string>();
    const result: { [key: string]: Json } = { ...EMPTY[type] };
    for (const [key, child] of Object.entries(value)) {
      const fieldType = fields.get(key);
      if (fieldType === undefined) this.unknown.push(join(path, key));
      else if (child !== null && SWITCHED_OFF[type] !== key)
        result[key] = this.#value(fieldType, child, join(path, key), join(goPath, key), type);
    }
    return result;
  }

  #value(type: string, value: Json, path: string, goPath: string, owner: string): Json {
    const wrong = () =>
      refused(
        this.kind,
        `json: cannot unmarshal ${jsonType(value)} into Go struct field ${owner}.${goPath} of type ${goType(type)}`,
      );
    if (type === 'any') return value;
    if (type.startsWith('[')) {
      if (!Array.isArray(value)) throw wrong();
      const item = type.slice(1, -1);
      return value.map((child, i) => this.#value(item, child, `${path}[${i}]`, goPath, owner));
    }
    if (type.startsWith('{')) {
      if (!isMap(value)) throw wrong();
      const item = type.slice(1, -1);
      const entry = ([key, child]: [string, Json]): [string, Json] => [
        key,
        this.#value(item, child, join(path, key), goPath, owner),
      ];
      return Object.fromEntries(Object.entries(value).map(entry));
    }
    if (TYPES.has(type)) {
      if (!isMap(value)) throw wrong();
      return { ...this.object(type, value, path, goPath) };
    }
    if (!isScalar(type, value)) throw wrong();
    checkText(type, value);
    return value;
  }
}

function isScalar(type: string, value: Json): boolean {
  if (type === 'quantity') return typeof value === 'string' || typeof value === 'number';
  if (type === 'bool') return typeof value === 'boolean';
  if (type.startsWith('int')) return Number.isInteger(value);
  if (type === 'double') return typeof value === 'number';
  return typeof value === 'string';
}

function checkText(type: string, value: Json): void {
  if (type === 'quantity' && !QUANTITY.test(typeof value === 'string' ? value : JSON.stringify(value)))
    throw refused('Pod', `quantities must match the regular expression '${QUANTITY.source}'`);
  if (type === 'bytes' && typeof value === 'string') {
    const bad = value.search(/[^A-Za-z0-9+/=\n\r]/);
    if (bad >= 0) throw refused('Secret', `illegal base64 data at input byte ${bad}`);
  }
}

function jsonType(value: Json): string {
  if (Array.isArray(value)) return 'array';
  return typeof value === 'boolean' ? 'bool' : typeof value;
}

function goType(type: string): string {
  if (type.startsWith('[')) return `[]${goType(type.slice(1, -1))}`;
  if (type.startsWith('{')) return `map[string]${goType(type.slice(1, -1))}`;
  return TYPES.has(type) ? `v1.${type}` : type;
}

const join = (path: string, key: string) => (path === '' ? key : `${path}.${key}`);
const isJsonMap = (value: unknown): value is { [key: string]: Json } => isRecord(value);
const isMap = (value: Json): value is { [key: string]: Json } => isRecord(value);

function readTypes(schema: unknown): Map<string, Map<string, string>> {
  const entries = Object.entries(isRecord(schema) ? schema : {});
  return new Map(entries.map(([type, fields]) => [type, readFields(String(fields))]));
}

function readFields(fields: string): Map<string, string> {
  const pair = (field: string): [string, string] => {
    const colon = field.indexOf(':');
    return [field.slice(0, colon), field.slice(colon + 1)];
  };
  return new Map(fields.split(' ').map(pair));
}

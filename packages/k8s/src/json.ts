/** A JSON object whose members are not known yet. */
export type JsonMap = Readonly<Record<string, unknown>>;

export function isMap(value: unknown): value is JsonMap {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

export function isList(value: unknown): value is readonly unknown[] {
  return Array.isArray(value);
}

/** The value of a JSON text; undefined if it is invalid. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** The value as an object; an empty one when it is something else. */
export function asMap(value: unknown): JsonMap {
  return isMap(value) ? value : {};
}

/** The member `key` as an object; an empty one when it is missing or something else. */
export function mapAt(map: JsonMap, key: string): JsonMap {
  return asMap(Object.hasOwn(map, key) ? map[key] : undefined);
}

/** The member `key` as a list of objects; other elements are left out. */
export function mapsAt(map: JsonMap, key: string): JsonMap[] {
  const value = Object.hasOwn(map, key) ? map[key] : undefined;
  return isList(value) ? value.filter(isMap) : [];
}

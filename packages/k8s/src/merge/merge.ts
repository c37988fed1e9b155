import { isDeepStrictEqual } from 'node:util';
import { isList, isMap, type JsonMap } from '../json.js';
import { valueType, type FieldType, type MergeKey } from './schema.js';

/** The word in a map or list element of a patch that says what to do with the one it meets. */
export const DIRECTIVE = '$patch';

type ListType = Extract<FieldType, { kind: 'list' }>;

/**
 * Merges `patch` into `base` as Kubernetes' strategic merge does: maps member by member, lists by the keys of
 * the pod schema (existing elements first, in their order), lists without a key whole. `null` deletes;
 * `$patch: delete` and `$patch: replace` work in maps and in elements of keyed lists, and an element that
 * consists of `$patch: replace` alone replaces the list.
 *
 * It differs from the API server where that one gives pods that it then refuses: ports are told apart by
 * number and protocol, topology constraints by key and effect, and volumes, resource claims and environment
 * variables of one name are replaced whole (they can have one source only).
 *
 * Both inputs stay as they are, and the result shares nothing with them. It has the type of `base`: nothing
 * here checks that the patch fits; loadTemplate does.
 */
export function strategicMerge<Base extends object>(base: Base, patch: object, type?: string): Base;
export function strategicMerge(base: object, patch: object, type = 'PodTemplateSpec'): object {
  const merged = mergeValue(base, patch, { kind: 'object', type });
  return isMap(merged) ? merged : {};
}

/** The merged value; undefined when nothing is left of it. */
function mergeValue(base: unknown, patch: unknown, type: FieldType): unknown {
  if (patch === null) return undefined;
  if (isList(patch)) return mergeList(isList(base) ? base : [], patch, type);
  if (!isMap(patch)) return patch;
  if (patch[DIRECTIVE] === 'delete') return undefined;
  return mergeMap(isMap(base) && patch[DIRECTIVE] !== 'replace' ? base : {}, patch, type);
}

function mergeMap(base: JsonMap, patch: JsonMap, type: FieldType): JsonMap {
  // A Map and fromEntries, as assigning to the member `__proto__` of an object would change its prototype.
  const merged = cloneMembers(base);
  for (const [key, value] of Object.entries(patch)) {
    if (key === DIRECTIVE || value === undefined) continue;
    const result = mergeValue(Object.hasOwn(base, key) ? base[key] : undefined, value, valueType(type, key));
    if (result === undefined) merged.delete(key);
    else merged.set(key, result);
  }
  return Object.fromEntries(merged);
}

function mergeList(base: readonly unknown[], patch: readonly unknown[], type: FieldType): unknown[] {
  const list: ListType = type.kind === 'list' ? type : { kind: 'list', of: type, replaceElements: false };
  const elements = patch.filter((element) => !isReplaceMarker(element));
  const { keys } = list;
  if (!keys) return elements.map((element) => mergeValue(undefined, element, list.of)).filter(isPresent);
  const kept = elements.length === patch.length ? base.map(clone) : [];
  return elements.reduce<unknown[]>((merged, element) => mergeElement(merged, element, keys, list), kept);
}

function mergeElement(
  merged: unknown[],
  element: unknown,
  keys: readonly MergeKey[],
  list: ListType,
): unknown[] {
  const found = merged.some((existing) => isSame(existing, element, keys));
  if (!found) {
    const added = mergeValue(undefined, element, list.of);
    // An element without its key cannot be found again: it is kept once, as in a set.
    if (
      added === undefined ||
      (!hasKey(element, keys) && merged.some((each) => isDeepStrictEqual(each, added)))
    ) {
      return merged;
    }
    return [...merged, added];
  }
  return merged
    .map((existing) => {
      if (!isSame(existing, element, keys)) return existing;
      return mergeValue(list.replaceElements ? undefined : existing, element, list.of);
    })
    .filter(isPresent);
}

const isPresent = (value: unknown): boolean => value !== undefined;

/** `- $patch: replace`, with nothing else in the element: the list that follows replaces the one before. */
function isReplaceMarker(element: unknown): boolean {
  return isMap(element) && element[DIRECTIVE] === 'replace' && Object.keys(element).length === 1;
}

const keyOf = (element: JsonMap, { field, fallback }: MergeKey): unknown =>
  Object.hasOwn(element, field) ? element[field] : fallback;

const hasKey = (element: unknown, keys: readonly MergeKey[]): boolean =>
  keys.length > 0 && isMap(element) && keys.every((key) => keyOf(element, key) !== undefined);

function isSame(existing: unknown, element: unknown, keys: readonly MergeKey[]): boolean {
  if (!isMap(existing) || !isMap(element) || !hasKey(element, keys)) return false;
  return keys.every((key) => keyOf(existing, key) === keyOf(element, key));
}

/** A copy without members that are undefined, which JSON does not know. */
function clone(value: unknown): unknown {
  if (isList(value)) return value.map(clone);
  return isMap(value) ? Object.fromEntries(cloneMembers(value)) : value;
}

function cloneMembers(map: JsonMap): Map<string, unknown> {
  const present = Object.entries(map).filter(([, member]) => member !== undefined);
  return new Map(present.map(([key, member]) => [key, clone(member)]));
}

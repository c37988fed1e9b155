import { isMap, type JsonMap, parseJson } from '../json.js';
import type { NamedVolumes } from '../pod/volumes.js';
import type { Kind } from './kinds.js';

/** What has members of its own; a variable has it as JSON. */
export function structure<T>(
  wants: string,
  ofYaml: (value: unknown) => T | undefined,
  schema: JsonMap,
): Kind<T> {
  return {
    wants: `${wants} (JSON in a variable)`,
    ofText: (text) => ofYaml(parseJson(text)),
    ofYaml,
    schema,
    hidden: true,
  };
}

/** A map each of whose members `read` knows. */
export function mapOf<T>(
  value: unknown,
  name: RegExp,
  read: (member: unknown) => T | undefined,
): Readonly<Record<string, T>> | undefined {
  if (!isMap(value)) return undefined;
  const members = Object.entries(value).map(([key, member]) => [key, read(member)] as const);
  const known = members.filter((entry): entry is readonly [string, T] => entry[1] !== undefined);
  return known.length === members.length && members.every(([key]) => name.test(key))
    ? Object.fromEntries(known)
    : undefined;
}

/** A value, or where in the namespace it stands. */
export type SetValue = string | { readonly secretKeyRef: { readonly name: string; readonly key: string } };
export type EnvironmentSet = Readonly<Record<string, SetValue>>;

const VARIABLE = /^[-._a-zA-Z][-._a-zA-Z0-9]*$/;

export const environmentSet: Kind<EnvironmentSet> = structure(
  'a map of variables to texts, or to { secretKeyRef: { name, key } }',
  (value) => mapOf(value, VARIABLE, setValue),
  {
    type: 'object',
    additionalProperties: {
      anyOf: [
        { type: 'string' },
        {
          type: 'object',
          additionalProperties: false,
          required: ['secretKeyRef'],
          properties: {
            secretKeyRef: {
              type: 'object',
              additionalProperties: false,
              required: ['name', 'key'],
              properties: { name: { type: 'string' }, key: { type: 'string' } },
            },
          },
        },
      ],
    },
  },
);

function setValue(value: unknown): SetValue | undefined {
  if (typeof value === 'string') return value;
  if (!isMap(value) || !isMap(value['secretKeyRef']) || Object.keys(value).length > 1) return undefined;
  const { name, key, ...others } = value['secretKeyRef'];
  return isText(name) && isText(key) && Object.keys(others).length === 0
    ? { secretKeyRef: { name, key } }
    : undefined;
}

const isText = (value: unknown): value is string => typeof value === 'string' && value !== '';

export type ImageRewrites = Readonly<Record<string, string>>;

/** A registry, with a folder or not: no tag, no digest, no glob. */
const IMAGES = /^[a-z0-9.-]+(?::\d{1,5})?(?:\/[a-z0-9._-]+)*\/?$/;

export const imageRewrites: Kind<ImageRewrites> = structure(
  'a map of registries or folders of images, such as docker.io/library, to others',
  (value) => mapOf(value, IMAGES, (to) => (isText(to) && IMAGES.test(to) ? to : undefined)),
  {
    type: 'object',
    propertyNames: { pattern: IMAGES.source },
    additionalProperties: { type: 'string', pattern: IMAGES.source },
  },
);

const SOURCES = [
  'persistentVolumeClaim',
  'csi',
  'nfs',
  'hostPath',
  'emptyDir',
  'ephemeral',
  'configMap',
  'secret',
  'image',
];

export const namedVolumes: Kind<NamedVolumes> = structure(
  `a map of names to volumes of a pod, each with one of ${SOURCES.join(', ')}`,
  (value) => mapOf(value, /^[a-zA-Z0-9][\w.-]*$/, (volume) => (isNamedVolume(volume) ? volume : undefined)),
  {
    type: 'object',
    additionalProperties: {
      type: 'object',
      additionalProperties: false,
      properties: {
        ...Object.fromEntries(SOURCES.map((source) => [source, { type: 'object' }])),
        readOnly: { type: 'boolean' },
        subPath: { type: 'string' },
      },
    },
  },
);

/** What stands in the source, the API server checks. */
function isNamedVolume(value: unknown): value is NamedVolumes[string] {
  if (!isMap(value)) return false;
  const { readOnly = false, subPath = '', ...source } = value;
  const [kind = '', ...others] = Object.keys(source);
  const isVolume = others.length === 0 && SOURCES.includes(kind) && isMap(source[kind]);
  return isVolume && typeof readOnly === 'boolean' && typeof subPath === 'string';
}

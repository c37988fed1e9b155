import { format, resolveConfig } from 'prettier';
import { VARIABLES } from '../../packages/k8s/src/settings/schema.js';
import type { Variable } from '../../packages/k8s/src/settings/variable.js';

/** A JSON schema of an object, as far as the settings file needs one. */
export interface ObjectSchema {
  type: 'object';
  additionalProperties: false;
  properties: Record<string, ObjectSchema | Record<string, unknown>>;
}

/** The text of docs/settings.schema.json, with which editors check the settings file. */
export async function settingsSchema(file: string): Promise<string> {
  const root = emptyObject();
  for (const variable of Object.values<Variable<unknown>>(VARIABLES)) add(root, variable);
  const schema = {
    $schema: 'http://json-schema.org/draft-07/schema#',
    title: 'Settings of podhooks',
    ...root,
  };
  return format(JSON.stringify(schema), { ...(await resolveConfig(file)), filepath: file });
}

function add(root: ObjectSchema, { name, key, about, kind, fallback }: Variable<unknown>): void {
  if (key === undefined) return;
  const parts = key.split('.');
  const last = parts.pop() ?? '';
  const group = parts.reduce(groupIn, root);
  group.properties[last] = {
    description: `${about} (${name})`,
    ...kind.schema,
    ...(fallback !== undefined && { default: fallback }),
  };
}

function groupIn(parent: ObjectSchema, name: string): ObjectSchema {
  const known = parent.properties[name];
  if (known !== undefined && isObject(known)) return known;
  const group = emptyObject();
  parent.properties[name] = group;
  return group;
}

const emptyObject = (): ObjectSchema => ({ type: 'object', additionalProperties: false, properties: {} });
const isObject = (schema: ObjectSchema | Record<string, unknown>): schema is ObjectSchema =>
  schema.type === 'object';

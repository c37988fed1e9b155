/**
 * Reduces the OpenAPI document of a Kubernetes server to what the local engine checks:
 *   kubectl get --raw /openapi/v2 | npx tsx test/engine/schema/reduce.ts > test/engine/schema/types.json
 * One line for each type: `field:type` with `[T]` for lists, `{T}` for maps.
 */
import { text } from 'node:stream/consumers';

interface Schema {
  $ref?: string;
  type?: string;
  format?: string;
  items?: Schema;
  additionalProperties?: Schema;
  properties?: Record<string, Schema>;
}

interface OpenApi {
  definitions: Record<string, Schema>;
}

const ROOTS = ['Pod', 'Secret'];
const CORE = 'io.k8s.api.core.v1.';
const isOpenApi = (value: unknown): value is OpenApi =>
  typeof value === 'object' && value !== null && 'definitions' in value;

const document: unknown = JSON.parse(await text(process.stdin));
if (!isOpenApi(document)) throw new Error('standard input is no OpenAPI v2 document');
const { definitions } = document;
const types: Record<string, string> = {};
const queue = ROOTS.map((kind) => CORE + kind);
for (let name = queue.shift(); name !== undefined; name = queue.shift()) {
  const short = shortName(name);
  if (short in types) continue;
  const fields = Object.entries(definitions[name]?.properties ?? {});
  types[short] = fields.map(([field, schema]) => `${field}:${typeName(schema)}`).join(' ');
}
const sorted = Object.entries(types).sort(([a], [b]) => (a < b ? -1 : 1));
process.stdout.write(`${JSON.stringify(Object.fromEntries(sorted), null, 2)}\n`);

function typeName(schema: Schema): string {
  if (schema.$ref !== undefined) return reference(schema.$ref.replace('#/definitions/', ''));
  if (schema.type === 'array' && schema.items) return `[${typeName(schema.items)}]`;
  if (schema.type === 'object')
    return schema.additionalProperties ? `{${typeName(schema.additionalProperties)}}` : 'any';
  if (schema.type === 'boolean') return 'bool';
  if (schema.type === 'string' && schema.format === 'byte') return 'bytes';
  if (schema.type === 'integer' || schema.type === 'number') return schema.format ?? 'int64';
  return schema.type ?? 'any';
}

/** Quantities, times and the like are named types without fields; all others are looked at, too. */
function reference(name: string): string {
  const target = definitions[name];
  if (target?.properties === undefined) {
    if (target?.format === 'int-or-string') return 'any';
    if (shortName(name) === 'Quantity') return 'quantity';
    return target?.type === 'string' ? 'string' : 'any';
  }
  queue.push(name);
  return shortName(name);
}

function shortName(name: string): string {
  return name.slice(name.lastIndexOf('.') + 1);
}

import { isList, isMap } from '../json.js';
import type { Preset } from '../options/effects.js';
import type { Kind } from './kinds.js';
import { mapOf, structure } from './structures.js';

export type Presets = Readonly<Record<string, Preset>>;

const QUANTITIES = { type: 'object', additionalProperties: { type: ['string', 'number'] } } as const;

export const presets: Kind<Presets> = structure(
  'a map of names to { resources: { requests, limits }, nodeSelector, tolerations }',
  (value) => mapOf(value, /^[\w.-]+$/, readPreset),
  {
    type: 'object',
    additionalProperties: {
      type: 'object',
      additionalProperties: false,
      properties: {
        resources: {
          type: 'object',
          additionalProperties: false,
          properties: { requests: QUANTITIES, limits: QUANTITIES },
        },
        nodeSelector: { type: 'object', additionalProperties: { type: 'string' } },
        tolerations: { type: 'array', items: { type: 'object' } },
      },
    },
  },
);

function readPreset(value: unknown): Preset | undefined {
  if (!isMap(value)) return undefined;
  const { resources = {}, nodeSelector = {}, tolerations = [], ...others } = value;
  if (!isMap(resources) || !isTolerations(tolerations) || Object.keys(others).length > 0) return undefined;
  const { requests = {}, limits = {}, ...unknown } = resources;
  const read = [mapOf(requests, /./, quantity), mapOf(limits, /./, quantity), mapOf(nodeSelector, /./, text)];
  const [asked, most, nodes] = read;
  if (asked === undefined || most === undefined || nodes === undefined || Object.keys(unknown).length > 0)
    return undefined;
  return { resources: { requests: asked, limits: most }, nodeSelector: nodes, tolerations };
}

/** YAML has `cpu: 4` for a number. */
function quantity(value: unknown): string | undefined {
  return typeof value === 'string' || typeof value === 'number' ? String(value) : undefined;
}

const text = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined);

/** What stands in them, the API server checks. */
const isTolerations = (value: unknown): value is Preset['tolerations'] => isList(value) && value.every(isMap);

import { isRecord } from './json.js';
import { badRequest } from './status.js';
import type { KubeObject } from './types.js';

export type Predicate = (object: KubeObject) => boolean;

const FIELDS: Record<string, string[]> = {
  pods: ['metadata.name', 'metadata.namespace', 'status.phase', 'spec.nodeName', 'spec.serviceAccountName'],
  secrets: ['metadata.name', 'metadata.namespace', 'type'],
  events: [
    'metadata.name',
    'metadata.namespace',
    'involvedObject.name',
    'involvedObject.uid',
    'reason',
    'type',
  ],
};

/** `a=b,c!=d` over the fields that the server indexes for this resource; others are refused. */
export function fieldSelector(resource: string, text: string): Predicate {
  const terms = text.split(',').filter(Boolean).map(fieldTerm);
  for (const { key } of terms)
    if (FIELDS[resource]?.includes(key) !== true) throw badRequest(`field label not supported: ${key}`);
  return (object) => terms.every(({ key, value, equal }) => (fieldOf(object, key) === value) === equal);
}

/** Label selectors: `a=b`, `a==b`, `a!=b`, `a in (b,c)`, `a notin (b)`, `a`, `!a`, joined by commas. */
export function labelSelector(text: string): Predicate {
  const terms = text
    .split(/,(?![^(]*\))/)
    .filter((term) => term.trim() !== '')
    .map(labelTerm);
  return (object) => terms.every((holds) => holds(object.metadata.labels ?? {}));
}

function fieldTerm(term: string) {
  const match = /^\s*([^!=\s]+)\s*(==?|!=)\s*(.*?)\s*$/.exec(term);
  if (!match) throw badRequest(`invalid selector: '${term}'; can't understand '${term}'`);
  const [, key = '', operator, value = ''] = match;
  return { key, value, equal: operator !== '!=' };
}

function labelTerm(term: string): (labels: Record<string, string>) => boolean {
  const text = term.trim();
  const set = /^(\S+)\s+(in|notin)\s+(.*)$/.exec(text);
  if (set) {
    const [, key = '', operator, list = ''] = set;
    const values = /^\((.*)\)$/
      .exec(list)?.[1]
      ?.split(',')
      .map((value) => value.trim());
    if (!values) throw badRequest(`unable to parse requirement: found '${list}' expected: '('`);
    return (labels) => values.includes(labels[key] ?? '') === (operator === 'in');
  }
  const exists = /^(!?)\s*([\w./-]+)$/.exec(text);
  if (exists) {
    const [, not, key = ''] = exists;
    return (labels) => key in labels === (not === '');
  }
  const { key, value, equal } = fieldTerm(text);
  return (labels) => (labels[key] === value) === equal;
}

function fieldOf(object: KubeObject, path: string): string {
  let value: unknown = object;
  for (const key of path.split('.')) value = isRecord(value) ? value[key] : undefined;
  return typeof value === 'string' ? value : '';
}

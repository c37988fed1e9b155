import type { AuditedRequest } from '../bench/audit.js';

const CREATED = 201;
const CONFLICT = 409;

/**
 * The pods and secrets that were made, by their kinds, and those that were made more than once.
 * By name, since an API server whose client is cut off while it makes an object answers 504 (the audit log says so): the next
 * try is then told that the object exists.
 */
export function objectsMade(requests: readonly AuditedRequest[]): { made: string[]; twice: string[] } {
  const creates = requests.flatMap(({ verb, uri, name, code }) => {
    const resource = /\/(pods|secrets)(\?|$)/.exec(uri)?.[1];
    return verb === 'create' && resource !== undefined ? [{ object: `${resource}/${name}`, code }] : [];
  });
  const objects = (code: number) =>
    creates.filter((create) => create.code === code).map(({ object }) => object);
  const created = objects(CREATED);
  const made = new Set([...created, ...objects(CONFLICT)]);
  return {
    made: [...made].map((object) => object.split('/')[0] ?? '').sort(),
    twice: created.filter((object, index) => created.indexOf(object) !== index),
  };
}

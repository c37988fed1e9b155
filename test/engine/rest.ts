import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Collection, WatchEvent } from './collection.js';
import { fieldSelector, labelSelector, type Predicate } from './selectors.js';
import { ApiError, badRequest, invalid, noSuchMethod, type Cause } from './status.js';
import { decode } from './decode.js';
import { isRecord, parseRecord } from './json.js';
import type { Route } from './route.js';
import type { Draft, KubeObject, Meta } from './types.js';

/** How one resource differs from the others. */
export interface Resource<T extends KubeObject> {
  kind: string;
  collection: Collection<T>;
  faults: (draft: Draft<T>) => Cause[];
  complete: (draft: Draft<T>, metadata: Meta) => T;
  created: (object: T) => void;
  /** Deletes or begins to delete; gives what the client gets. */
  remove: (object: T, graceSeconds: number | undefined) => object;
}

export interface Exchange {
  request: IncomingMessage;
  response: ServerResponse;
  route: Route;
  body: string;
}

export interface Answer {
  code: number;
  body: object;
}

/** Create, get, list, watch and delete of one resource. Undefined when the answer has been written already. */
export function serve<T extends KubeObject>(resource: Resource<T>, exchange: Exchange): Answer | undefined {
  const { route } = exchange;
  const { collection } = resource;
  const { namespace = '', name = '' } = route;
  switch (route.verb) {
    case 'create':
      return { code: 201, body: create(resource, exchange, namespace) };
    case 'get':
      return { code: 200, body: collection.get(namespace, name) };
    case 'list': {
      const items = collection.list(route.namespace).filter(selection(collection, route));
      const metadata = { resourceVersion: String(collection.revisions.last) };
      return { code: 200, body: { kind: `${resource.kind}List`, apiVersion: 'v1', metadata, items } };
    }
    case 'watch':
      watch(collection, exchange);
      return undefined;
    case 'delete':
      return { code: 200, body: remove(resource, collection.get(namespace, name), exchange) };
    case 'deletecollection': {
      const items = collection.list(route.namespace).filter(selection(collection, route));
      for (const item of items) remove(resource, item, exchange);
      return { code: 200, body: { kind: `${resource.kind}List`, apiVersion: 'v1', metadata: {}, items } };
    }
    default:
      throw noSuchMethod();
  }
}

function create<T extends KubeObject>(
  resource: Resource<T>,
  { route, body }: Exchange,
  namespace: string,
): T {
  const { kind, collection } = resource;
  const draft = decode<T>(kind, body, route.query.get('fieldValidation') === 'Strict');
  if ((draft.metadata.namespace ?? namespace) !== namespace)
    throw badRequest('the namespace of the provided object does not match the namespace sent on the request');
  const faults = resource.faults(draft);
  if (faults.length > 0) throw invalid(kind, draft.metadata.name ?? '', faults);
  const dryRun = route.query.get('dryRun') === 'All';
  const object = collection.create(
    namespace,
    draft,
    (metadata) => resource.complete(draft, metadata),
    dryRun,
  );
  if (!dryRun) resource.created(object);
  return object;
}

function remove<T extends KubeObject>(resource: Resource<T>, object: T, { route, body }: Exchange): object {
  const { gracePeriodSeconds, preconditions, dryRun } = parseRecord(body);
  const { name, uid } = object.metadata;
  const wanted = isRecord(preconditions) ? String(preconditions['uid']) : uid;
  if (wanted !== uid) {
    const why =
      `the UID in the precondition (${wanted}) does not match the UID in record (${uid}). ` +
      'The object might have been deleted and then recreated';
    const message = `Operation cannot be fulfilled on ${resource.kind} "${name}": ${why}`;
    throw new ApiError(409, 'Conflict', message, { name, kind: resource.kind });
  }
  const asked = route.query.get('gracePeriodSeconds') ?? undefined;
  const grace = typeof gracePeriodSeconds === 'number' ? gracePeriodSeconds : asked && Number(asked);
  if (route.query.get('dryRun') === 'All' || Array.isArray(dryRun)) return object;
  return resource.remove(object, grace === '' ? undefined : grace);
}

function selection(collection: Collection<KubeObject>, { query }: Route): Predicate {
  const labels = labelSelector(query.get('labelSelector') ?? '');
  const fields = fieldSelector(collection.resource, query.get('fieldSelector') ?? '');
  return (object) => labels(object) && fields(object);
}

/** Sends events from `resourceVersion` on, or the present state first; ends with the client or `timeoutSeconds`. */
function watch(collection: Collection<KubeObject>, { route, response }: Exchange): void {
  const { query, namespace } = route;
  const selected = selection(collection, route);
  const version = query.get('resourceVersion') ?? '';
  if (!/^\d*$/.test(version)) {
    const why = `resourceVersion: Invalid value: "${version}": strconv.ParseUint: parsing "${version}": invalid syntax`;
    throw new ApiError(500, 'InternalError', why);
  }
  response.writeHead(200, { 'content-type': 'application/json' });
  response.flushHeaders();
  const send = (type: string, object: object) => response.write(`${JSON.stringify({ type, object })}\n`);
  const from = Number(version);
  const belongs = ({ object }: WatchEvent) =>
    (namespace === undefined || object.metadata.namespace === namespace) && selected(object);
  if (from === 0)
    for (const object of collection.list(namespace)) if (selected(object)) send('ADDED', object);
  for (const event of from === 0 ? [] : collection.history)
    if (event.revision > from && belongs(event)) send(event.type, event.object);
  const cancel = collection.subscribe((event) => {
    if (belongs(event)) send(event.type, event.object);
  });
  const seconds = Number(query.get('timeoutSeconds') ?? 1800);
  const timer = setTimeout(() => response.end(), seconds * 1000);
  response.on('close', () => {
    clearTimeout(timer);
    cancel();
  });
}

import { randomBytes, randomUUID } from 'node:crypto';
import { alreadyExists, notFound } from './status.js';
import type { Draft, KubeObject, Meta } from './types.js';

export interface WatchEvent {
  type: 'ADDED' | 'MODIFIED' | 'DELETED';
  object: KubeObject;
  revision: number;
}

/** One counter of revisions for all collections, as etcd has it. */
export class Revisions {
  #last = 1000;

  get last(): number {
    return this.#last;
  }

  next(): number {
    return ++this.#last;
  }
}

/** The objects of one resource with the history of their changes. Stored objects are never changed in place. */
export class Collection<T extends KubeObject> {
  readonly #objects = new Map<string, T>();
  readonly #listeners = new Set<(event: WatchEvent) => void>();
  readonly history: WatchEvent[] = [];

  constructor(
    readonly resource: string,
    readonly revisions: Revisions,
  ) {}

  list(namespace?: string): T[] {
    const all = [...this.#objects.values()];
    return namespace === undefined ? all : all.filter((object) => object.metadata.namespace === namespace);
  }

  find(namespace: string, name: string): T | undefined {
    return this.#objects.get(`${namespace}/${name}`);
  }

  get(namespace: string, name: string): T {
    const found = this.find(namespace, name);
    if (!found) throw notFound(this.resource, name);
    return found;
  }

  /** Stores a new object, unless `dryRun`; `complete` gets the metadata that the server gives. */
  create(namespace: string, draft: Draft<T>, complete: (metadata: Meta) => T, dryRun = false): T {
    const { metadata } = draft;
    const name = metadata.name ?? `${metadata.generateName ?? ''}${randomBytes(3).toString('hex').slice(1)}`;
    if (this.find(namespace, name)) throw alreadyExists(this.resource, name);
    const creationTimestamp = new Date().toISOString().replace(/\.\d+/, '');
    const identity = { name, namespace, uid: randomUUID(), resourceVersion: '', creationTimestamp };
    const object = complete({ ...metadata, ...identity });
    return dryRun ? object : this.#store('ADDED', object);
  }

  /** Replaces the object by what `change` makes of it; nothing happens when it is gone meanwhile. */
  update(object: T, change: (current: T) => T): T | undefined {
    const current = this.find(object.metadata.namespace, object.metadata.name);
    if (current?.metadata.uid !== object.metadata.uid) return undefined;
    return this.#store('MODIFIED', change(current));
  }

  remove(object: T): T | undefined {
    const current = this.find(object.metadata.namespace, object.metadata.name);
    if (current?.metadata.uid !== object.metadata.uid) return undefined;
    this.#objects.delete(`${object.metadata.namespace}/${object.metadata.name}`);
    return this.#store('DELETED', current);
  }

  /** Calls `listener` for every change from now on; the answer ends it. */
  subscribe(listener: (event: WatchEvent) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  #store(type: WatchEvent['type'], object: T): T {
    const revision = this.revisions.next();
    const stored = { ...object, metadata: { ...object.metadata, resourceVersion: String(revision) } };
    if (type !== 'DELETED') this.#objects.set(`${stored.metadata.namespace}/${stored.metadata.name}`, stored);
    const event = { type, object: stored, revision };
    this.history.push(event);
    for (const listener of [...this.#listeners]) listener(event);
    return stored;
  }
}

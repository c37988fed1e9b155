import type { Collection } from './collection.js';
import type { KubeObject } from './types.js';

interface Collected {
  collection: Collection<KubeObject>;
  remove: (object: KubeObject) => void;
}

/** Removes objects whose owners are all gone, also when an owner had never been there, as the real collector. */
export function collectGarbage(all: Collected[]): void {
  const check = () => {
    const living = new Set(
      all.flatMap(({ collection }) => collection.list().map(({ metadata }) => metadata.uid)),
    );
    for (const { collection, remove } of all)
      for (const object of collection.list()) {
        const owners = object.metadata.ownerReferences ?? [];
        if (owners.length > 0 && !owners.some(({ uid }) => living.has(uid))) remove(object);
      }
  };
  for (const { collection } of all)
    collection.subscribe(({ type }) => {
      if (type !== 'MODIFIED') setImmediate(check);
    });
}

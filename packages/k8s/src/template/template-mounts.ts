import { asMap, mapAt, mapsAt } from '../json.js';
import type { Pod } from '../model/kubernetes.js';
import type { Fault } from '../yaml/fault.js';
import type { YamlDocument } from '../yaml/documents.js';

/**
 * Mounts of a template whose volume the merged pod does not have. The API server would refuse the pod by an index of its
 * merged lists, which nobody who wrote the template has seen.
 */
export function mountsWithoutVolume(documents: readonly YamlDocument[], { spec }: Pod): Fault[] {
  const volumes = new Set(spec?.volumes?.map(({ name }) => name));
  // Not of the documents: what they say for containers that this pod does not have is nothing to it.
  const missing = new Set(
    [...(spec?.initContainers ?? []), ...(spec?.containers ?? [])].flatMap(({ volumeMounts = [] }) =>
      volumeMounts.flatMap(({ name }) => (volumes.has(name) ? [] : [name])),
    ),
  );
  return documents.flatMap((document) =>
    ['initContainers', 'containers'].flatMap((list) =>
      mapsAt(mapAt(asMap(document.value), 'spec'), list).flatMap((container, index) =>
        mapsAt(container, 'volumeMounts').flatMap(({ name }, mount) => {
          if (typeof name !== 'string' || !missing.has(name)) return [];
          const path = ['spec', list, index, 'volumeMounts', mount, 'name'];
          const message = `the pod has no volume ${name}; add it to spec.volumes`;
          return [{ file: document.file, line: document.line(path), path, message }];
        }),
      ),
    ),
  );
}

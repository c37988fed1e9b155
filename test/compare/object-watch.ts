import type { ChildProcessWithoutNullStreams } from 'node:child_process';
import type { Pod } from '../runner/kubernetes-types.js';
import { startKubectl } from '../runner/kubectl.js';
import { onLines } from '../runner/wire.js';

export interface Seen {
  kind: string;
  metadata: { name: string; uid: string };
  /** Of a pod. */
  spec?: Pod['spec'];
  /** Of a secret. */
  data?: Record<string, string>;
}

/** Remembers each pod and secret of a namespace as it was created, also those that are deleted at once. */
export class ObjectWatch {
  readonly #watches: ChildProcessWithoutNullStreams[];
  readonly #seen = new Map<string, Seen>();

  constructor(namespace: string) {
    this.#watches = ['pods', 'secrets'].map((resource) => {
      const watch = startKubectl(['get', '--raw', `/api/v1/namespaces/${namespace}/${resource}?watch=true`]);
      onLines(watch.stdout, (line) => this.#see(JSON.parse(line) as { object: Seen }));
      return watch;
    });
  }

  /** What was created since the last call, in the order of creation. */
  take(): Seen[] {
    const objects = [...this.#seen.values()].filter(({ metadata }) => !this.#taken.has(metadata.uid));
    for (const { metadata } of objects) this.#taken.add(metadata.uid);
    return objects;
  }

  close(): void {
    for (const watch of this.#watches) watch.kill();
  }

  readonly #taken = new Set<string>();

  #see({ object }: { object: Seen }): void {
    const { uid } = object.metadata;
    if (!this.#seen.has(uid)) this.#seen.set(uid, object);
  }
}

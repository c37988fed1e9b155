import { Collection, Revisions } from './collection.js';
import { completePod, completeSecret } from './defaults.js';
import { now } from './container.js';
import { collectGarbage } from './garbage.js';
import type { Kubelet } from './kubelet.js';
import { noSuchMethod, notFound } from './status.js';
import type { Resource } from './rest.js';
import type { KubeEvent, Pod, Secret } from './types.js';
import { podFaults, secretFaults } from './validate.js';

export class Stored {
  readonly #revisions = new Revisions();
  readonly pods = new Collection<Pod>('pods', this.#revisions);
  readonly secrets = new Collection<Secret>('secrets', this.#revisions);
  readonly events = new Collection<KubeEvent>('events', this.#revisions);
}

/** The resources that the server has, with what is special to each. */
export class Resources {
  readonly pods: Resource<Pod>;
  readonly secrets: Resource<Secret>;
  readonly events: Resource<KubeEvent>;

  constructor(
    { pods, secrets, events }: Stored,
    kubelet: Kubelet,
    private readonly namespaces: Set<string>,
    accountExists: (namespace: string, name: string) => boolean,
  ) {
    this.pods = {
      kind: 'Pod',
      collection: pods,
      faults: podFaults,
      complete: (draft, metadata) =>
        completePod(draft, metadata, (name) => accountExists(metadata.namespace, name)),
      created: (pod) => kubelet.start(pod),
      remove: (pod, graceSeconds) => removePod(pods, kubelet, pod, graceSeconds),
    };
    this.secrets = {
      kind: 'Secret',
      collection: secrets,
      faults: (draft) => secretFaults(completeSecret(draft, { ...NO_METADATA, ...draft.metadata })),
      complete: completeSecret,
      created: () => undefined,
      remove: (secret) => {
        secrets.remove(secret);
        const { name, uid } = secret.metadata;
        const details = { name, kind: 'secrets', uid };
        return { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Success', details };
      },
    };
    const readOnly = () => {
      throw noSuchMethod();
    };
    this.events = {
      kind: 'Event',
      collection: events,
      faults: () => [],
      complete: readOnly,
      created: readOnly,
      remove: readOnly,
    };
    collectGarbage([
      {
        collection: pods,
        remove: (pod) => removePod(pods, kubelet, pods.get(pod.metadata.namespace, pod.metadata.name)),
      },
      {
        collection: secrets,
        remove: (secret) => secrets.remove(secrets.get(secret.metadata.namespace, secret.metadata.name)),
      },
    ]);
  }

  /** @throws ApiError 404 unless it exists */
  requireNamespace(namespace: string): void {
    if (!this.namespaces.has(namespace)) throw notFound('namespaces', namespace);
  }
}

const NO_METADATA = { name: '', namespace: '', uid: '', resourceVersion: '', creationTimestamp: '' };

/** Marks the pod as being deleted and lets the kubelet end it; a pod without a node or a grace goes at once. */
function removePod(pods: Collection<Pod>, kubelet: Kubelet, pod: Pod, graceSeconds?: number): Pod {
  const { deletionTimestamp, deletionGracePeriodSeconds = Infinity } = pod.metadata;
  const hasEnded = ['Succeeded', 'Failed'].includes(pod.status.phase);
  const wanted = graceSeconds ?? pod.spec.terminationGracePeriodSeconds ?? 30;
  const grace = hasEnded || pod.spec.nodeName === undefined ? 0 : wanted;
  if (deletionTimestamp !== undefined && grace >= deletionGracePeriodSeconds) return pod;
  const deletion = { deletionTimestamp: now(), deletionGracePeriodSeconds: grace };
  const marked = { ...pod, metadata: { ...pod.metadata, ...deletion } };
  const stored = grace === 0 ? marked : (pods.update(pod, () => marked) ?? marked);
  kubelet.stop(pod, grace);
  return stored;
}

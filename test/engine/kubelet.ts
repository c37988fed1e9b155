import { randomBytes } from 'node:crypto';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Collection } from './collection.js';
import { now } from './container.js';
import { Faults } from './faults.js';
import type { Images } from './images.js';
import { NODE } from './pod-status.js';
import { PodWorker } from './pod-worker.js';
import type { Sandbox } from './sandbox.js';
import type { VolumeSources } from './volumes.js';
import type { KubeEvent, Pod, PodStatus, Secret } from './types.js';

export interface KubeletOptions {
  /** Temporary files of pods go below it. */
  directory: string;
  sandbox: Sandbox;
  images: Images;
  claims: Map<string, string>;
  pods: Collection<Pod>;
  secrets: Collection<Secret>;
  events: Collection<KubeEvent>;
  /** The files of the token volume of a service account. */
  accountFiles: (namespace: string, account: string) => Record<string, string>;
  /** Where programs in pods find the API server. */
  address: () => { host: string; port: string };
}

/** The scheduler and the kubelet of the only node: starts and ends what the stored pods ask for. */
export class Kubelet {
  readonly faults: Faults;
  readonly #workers = new Map<string, PodWorker>();
  readonly #stopping = new Set<Promise<void>>();

  constructor(private readonly options: KubeletOptions) {
    this.faults = new Faults({
      oomKill: (pod, name) => {
        const worker = this.#workerNamed(pod);
        const container = worker.main.find(({ spec }) => spec.name === name) ?? worker.main[0];
        if (!container) return;
        container.endReason = 'OOMKilled';
        container.signal('SIGKILL');
      },
      evict: (pod, message = '') => void this.#workerNamed(pod).fail('Evicted', message),
    });
  }

  get sandbox(): Sandbox {
    return this.options.sandbox;
  }

  get images(): Images {
    return this.options.images;
  }

  get claims(): Map<string, string> {
    return this.options.claims;
  }

  start(pod: Pod): void {
    const worker = new PodWorker(pod, this);
    this.#workers.set(pod.metadata.uid, worker);
    worker.run();
  }

  /** Ends the pod's processes, then removes it: with 0 seconds it is removed at once, as by the server. */
  stop(pod: Pod, graceSeconds: number): void {
    const worker = this.#workers.get(pod.metadata.uid);
    const stopped = worker?.stop(graceSeconds) ?? Promise.resolve();
    if (graceSeconds === 0) this.options.pods.remove(pod);
    const removed = stopped.then(async () => {
      this.options.pods.remove(pod);
      this.#workers.delete(pod.metadata.uid);
      await rm(this.directoryOf(pod), { recursive: true, force: true });
    });
    this.#stopping.add(removed);
    void removed.finally(() => this.#stopping.delete(removed));
  }

  workerOf(pod: Pod): PodWorker | undefined {
    return this.#workers.get(pod.metadata.uid);
  }

  bind(pod: Pod): Pod | undefined {
    const scheduled = { nodeName: NODE.name };
    return this.options.pods.update(pod, (current) => ({
      ...current,
      spec: { ...current.spec, ...scheduled },
    }));
  }

  publish(pod: Pod, status: PodStatus): Pod | undefined {
    const current = this.options.pods.find(pod.metadata.namespace, pod.metadata.name);
    if (JSON.stringify(current?.status) === JSON.stringify(status)) return current;
    return this.options.pods.update(pod, (stored) => ({ ...stored, status }));
  }

  event(pod: Pod, type: string, reason: string, message: string): void {
    const { namespace, name, uid } = pod.metadata;
    const involvedObject = { kind: 'Pod', namespace, name, uid };
    const count = { count: 1, firstTimestamp: now(), lastTimestamp: now(), source: { component: 'kubelet' } };
    const event = { apiVersion: 'v1', kind: 'Event', type, reason, message, involvedObject, ...count };
    const metadata = { name: `${name}.${randomBytes(8).toString('hex')}` };
    this.options.events.create(namespace, { ...event, metadata }, (complete) => ({
      ...event,
      metadata: complete,
    }));
  }

  directoryOf(pod: Pod): string {
    return join(this.options.directory, pod.metadata.uid);
  }

  volumeSources(pod: Pod): VolumeSources {
    const { namespace } = pod.metadata;
    const { claims, secrets, accountFiles } = this.options;
    const findSecret = (name: string) => secrets.find(namespace, name);
    return {
      claims,
      findSecret,
      accountFiles: accountFiles(namespace, pod.spec.serviceAccountName ?? 'default'),
    };
  }

  /** What the kubelet and the runtime give to every container. */
  systemEnvironment(pod: Pod): Record<string, string> {
    const { host, port } = this.options.address();
    return { HOSTNAME: pod.metadata.name, KUBERNETES_SERVICE_HOST: host, KUBERNETES_SERVICE_PORT: port };
  }

  /** Ends all pods at once. */
  async close(): Promise<void> {
    for (const pod of this.options.pods.list()) this.stop(pod, 0);
    await Promise.all(this.#stopping);
  }

  /** Kills all processes without waiting for their end. */
  kill(): void {
    for (const worker of this.#workers.values())
      for (const container of worker.containers) container.signal('SIGKILL');
  }

  #workerNamed(name: string): PodWorker {
    const pod = this.options.pods.list().find(({ metadata }) => metadata.name === name);
    const worker = pod && this.#workers.get(pod.metadata.uid);
    if (!worker) throw new Error(`the engine runs no pod ${name}`);
    return worker;
  }
}

import { setTimeout as sleep } from 'node:timers/promises';
import { ApiClient, at, type Answer, type ExecOptions, type ExecResult } from './client.js';
import type { Bed } from './bed.js';

const POLL_MS = 25;
const LIMIT_MS = 60_000;

export const IMAGE = 'busybox:1.36';

/** A container that lives until it is told to end, and then ends at once. */
export const IDLE = ['sh', '-c', 'trap "exit 0" TERM; sleep 3600 & wait'];

/** The clients of a bed and short words for what the expectations do. */
export class Session {
  readonly admin: ApiClient;
  readonly runner: ApiClient;
  readonly nobody: ApiClient;
  readonly namespace: string;
  #names = 0;

  constructor(readonly bed: Bed) {
    const client = (token: string | undefined) => new ApiClient(bed.endpoint, token);
    this.admin = client(bed.tokens.admin);
    this.runner = client(bed.tokens.runner);
    this.nobody = client(bed.tokens.nobody);
    this.namespace = bed.namespace;
  }

  /** Someone without a token, or with one that nobody gave out. */
  stranger(token?: string): ApiClient {
    return new ApiClient(this.bed.endpoint, token);
  }

  async close(): Promise<void> {
    for (const client of [this.admin, this.runner, this.nobody]) client.close();
    await this.bed.close();
  }

  /** A path in the namespace: `path('pods', 'p', 'log')`. */
  path(...words: string[]): string {
    return ['/api/v1/namespaces', this.namespace, ...words].join('/');
  }

  name(label: string): string {
    return `${label}-${++this.#names}`;
  }

  get(resource: string, name: string): Promise<Answer> {
    return this.admin.request('GET', this.path(resource, name));
  }

  create(resource: string, object: object, query = 'fieldValidation=Strict'): Promise<Answer> {
    return this.admin.request('POST', `${this.path(resource)}?${query}`, object);
  }

  /** Creates a pod and gives its name; the container runs `command`. */
  async pod(label: string, command: string[], spec: object = {}, metadata: object = {}): Promise<string> {
    const name = this.name(label);
    const containers = [{ name: 'job', image: IMAGE, command }];
    const body = { metadata: { name, ...metadata }, spec: { restartPolicy: 'Never', containers, ...spec } };
    const answer = await this.create('pods', body);
    if (answer.status !== 201) throw new Error(answer.text);
    return name;
  }

  /** Waits until the pod is as `holds` says, and gives it. */
  async until(name: string, holds: (pod: unknown) => boolean): Promise<unknown> {
    const deadline = Date.now() + LIMIT_MS;
    for (;;) {
      const { body, text } = await this.get('pods', name);
      if (holds(body)) return body;
      if (Date.now() > deadline) throw new Error(`pod ${name} stays as it is: ${text}`);
      await sleep(POLL_MS);
    }
  }

  phase(name: string, ...phases: string[]): Promise<unknown> {
    return this.until(name, (pod) => phases.includes(String(at(pod, 'status.phase'))));
  }

  gone(resource: string, name: string): Promise<unknown> {
    return this.#poll(
      async () => (await this.get(resource, name)).status === 404,
      `${resource} ${name} to be gone`,
    );
  }

  exec(pod: string, command: string[], options: Partial<ExecOptions> = {}): Promise<ExecResult> {
    return this.runner.exec(this.namespace, pod, { command, ...options });
  }

  log(pod: string, query = ''): Promise<Answer> {
    return this.runner.request('GET', `${this.path('pods', pod, 'log')}?${query}`);
  }

  remove(resource: string, name: string, options?: object): Promise<Answer> {
    return this.admin.request('DELETE', this.path(resource, name), options);
  }

  async #poll(holds: () => Promise<boolean>, what: string): Promise<void> {
    const deadline = Date.now() + LIMIT_MS;
    while (!(await holds())) {
      if (Date.now() > deadline) throw new Error(`waited in vain for ${what}`);
      await sleep(POLL_MS);
    }
  }
}

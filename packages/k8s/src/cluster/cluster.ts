import type { Pod, Secret } from '../model/kubernetes.js';
import { MalformedAnswerError } from './api-error.js';
import type { ApiClient, ApiRequest } from './client.js';
import { exec, type ExecHandlers, type ExecSession } from './exec.js';
import { isNotFound } from './failures.js';
import type { LogReading } from './pod-log.js';
import { resourcePath } from './resource-path.js';
import type { Heartbeat } from './websocket.js';

/** An object that was made, and what the server had to remark about it. */
export interface Created<T> {
  object: T;
  warnings: readonly string[];
}

/** The few requests that the hooks make, in one namespace. What each needs of RBAC stands in docs/rbac.md. */
export class Cluster {
  constructor(
    private readonly client: ApiClient,
    readonly namespace: string,
    private readonly heartbeat: Heartbeat,
  ) {}

  get server(): string {
    return this.client.connection.server;
  }

  /** Of the API server, once it has been verified. */
  get certificate(): string | undefined {
    return this.client.connection.agent.certificate;
  }

  async getPod(name: string, signal: AbortSignal): Promise<Pod> {
    return asPod(await this.send({ method: 'GET', path: this.path('pods', name) }, signal));
  }

  async listPods(labelSelector: string, signal: AbortSignal): Promise<Pod[]> {
    return this.list('pods', labelSelector, isPod, signal);
  }

  async getSecret(name: string, signal: AbortSignal): Promise<Secret> {
    const body = await this.send({ method: 'GET', path: this.path('secrets', name) }, signal);
    if (!isSecret(body))
      throw new MalformedAnswerError(`GET ${this.path('secrets', name)}`, 'the answer is not a Secret');
    return body;
  }

  async listSecrets(labelSelector: string, signal: AbortSignal): Promise<Secret[]> {
    return this.list('secrets', labelSelector, isSecret, signal);
  }

  /** @throws ApiError, with reason AlreadyExists if there is a pod of this name. */
  async createPod(pod: Pod, signal: AbortSignal): Promise<Created<Pod>> {
    const { body, warnings } = await this.client.send(this.creation('pods', pod), signal);
    return { object: asPod(body), warnings };
  }

  async createSecret(secret: Secret, signal: AbortSignal): Promise<void> {
    await this.client.send(this.creation('secrets', secret), signal);
  }

  /** Removes an object, at once unless it is given a grace period; one that is gone already is as good. */
  async delete(
    resource: 'pods' | 'secrets',
    name: string,
    signal: AbortSignal,
    gracePeriodSeconds = 0,
  ): Promise<void> {
    const query = { gracePeriodSeconds: `${gracePeriodSeconds}` };
    try {
      await this.send({ method: 'DELETE', path: this.path(resource, name), query }, signal);
    } catch (error) {
      if (!isNotFound(error)) throw error;
    }
  }

  /** One reading of a container's log, see readPodLog. */
  async readLog(pod: string, reading: LogReading, signal: AbortSignal): Promise<void> {
    // Not at the top: a script step reads no log.
    const { readPodLog } = await import('./pod-log.js');
    return readPodLog(this.client.connection, `${this.path('pods', pod)}/log`, reading, signal);
  }

  /** One try: what runs in the container must not be started twice by accident. */
  exec(
    pod: string,
    container: string,
    command: readonly string[],
    handlers: ExecHandlers,
  ): Promise<ExecSession> {
    return exec(
      this.client.connection,
      { namespace: this.namespace, pod, container, command },
      handlers,
      this.heartbeat,
    );
  }

  private async list<T>(
    resource: 'pods' | 'secrets',
    labelSelector: string,
    isItem: (value: unknown) => value is T,
    signal: AbortSignal,
  ): Promise<T[]> {
    const body = await this.send(
      { method: 'GET', path: this.path(resource), query: { labelSelector } },
      signal,
    );
    const items: unknown = hasKey(body, 'items') ? body.items : undefined;
    if (!Array.isArray(items))
      throw new MalformedAnswerError(`GET ${this.path(resource)}`, 'the answer is not a list');
    return items.filter(isItem);
  }

  private creation(resource: 'pods' | 'secrets', body: unknown): ApiRequest {
    return { method: 'POST', path: this.path(resource), query: { fieldValidation: 'Strict' }, body };
  }

  private async send(request: ApiRequest, signal: AbortSignal): Promise<unknown> {
    return (await this.client.send(request, signal)).body;
  }

  private path(resource: 'pods' | 'secrets', name?: string): string {
    return resourcePath(this.namespace, resource, name);
  }
}

function hasKey<Key extends string>(value: unknown, key: Key): value is Record<Key, unknown> {
  return typeof value === 'object' && value !== null && key in value;
}

/** Items of a list come without kind; the server's word is taken for the rest. */
function isPod(value: unknown): value is Pod {
  return hasKey(value, 'metadata') && hasKey(value, 'spec');
}

function isSecret(value: unknown): value is Secret {
  return hasKey(value, 'metadata');
}

function asPod(body: unknown): Pod {
  if (!isPod(body)) throw new MalformedAnswerError('pods', 'the answer is not a Pod');
  return body;
}

import { ApiAgent } from '../../src/cluster/api-agent.js';
import { ApiError } from '../../src/cluster/api-error.js';
import { ApiClient } from '../../src/cluster/client.js';
import { Cluster, type Created } from '../../src/cluster/cluster.js';
import type { ExecHandlers, ExecSession } from '../../src/cluster/exec.js';
import type { LogReading } from '../../src/cluster/pod-log.js';
import type { Pod, Secret } from '../../src/model/kubernetes.js';

/** A cluster without a network: it holds what a test puts there, and remembers what is asked of it. */
export class FakeCluster extends Cluster {
  /** What getPod gives, one after the other; the last one for ever. An error is thrown. */
  states: (Pod | Error)[] = [];
  pods: Pod[] = [];
  secrets: Secret[] | Error = [];
  /** Deletions that fail, by the name of the object. */
  readonly undeletable = new Map<string, Error>();
  /** Why objects of a kind cannot be made. */
  uncreatable: { pods?: Error; secrets?: Error } = {};
  /** What the server remarks about a pod that is made. */
  warnings: string[] = [];
  /** Pods that were made, as they were asked for. */
  readonly created: Pod[] = [];
  /** Requests in words: `delete pods a`. */
  readonly requests: string[] = [];
  /** Readings of a log, one after the other; the last one for ever. */
  logs: ((reading: LogReading, signal: AbortSignal) => void | Promise<void>)[] = [];
  /** Answers to exec, one after the other; the last one for ever. */
  execs: ((handlers: ExecHandlers, command: readonly string[]) => ExecSession)[] = [];

  constructor() {
    const connection = {
      server: 'https://cluster.test',
      namespace: 'ci',
      agent: new ApiAgent({}),
      authorization: () => Promise.resolve({}),
    };
    super(new ApiClient(connection, { budgetMs: 0 }), 'ci', { periodMs: 1000, deadlineMs: 1000 });
  }

  override async getPod(name: string, signal: AbortSignal): Promise<Pod> {
    await Promise.resolve();
    signal.throwIfAborted();
    this.requests.push(`get pods ${name}`);
    return succeed(next(this.states) ?? refusal(404, `pods "${name}" not found`));
  }

  override async getSecret(name: string): Promise<Secret> {
    await Promise.resolve();
    this.requests.push(`get secrets ${name}`);
    const secret = succeed(this.secrets).find(({ metadata }) => metadata?.name === name);
    if (secret === undefined) throw refusal(404, `secrets "${name}" not found`);
    return secret;
  }

  /** What `look` gives, by `resource name`; an error is thrown, and what is not here is not there. */
  looked: Record<string, object | Error> = {};

  override async look(resource: string, name?: string): Promise<unknown> {
    await Promise.resolve();
    this.requests.push(`look ${resource}${name === undefined ? '' : ` ${name}`}`);
    return succeed(
      this.looked[[resource, name].filter(Boolean).join(' ')] ?? refusal(404, `${resource} not found`),
    );
  }

  override listPods(selector: string): Promise<Pod[]> {
    this.requests.push(`list pods ${selector}`);
    return Promise.resolve(this.pods);
  }

  override async listSecrets(selector: string): Promise<Secret[]> {
    await Promise.resolve();
    this.requests.push(`list secrets ${selector}`);
    return succeed(this.secrets);
  }

  override async createPod(pod: Pod, signal?: AbortSignal): Promise<Created<Pod>> {
    await Promise.resolve();
    signal?.throwIfAborted();
    this.requests.push(`create pods ${pod.metadata?.name ?? ''}`);
    if (this.uncreatable.pods !== undefined) throw this.uncreatable.pods;
    this.created.push(pod);
    return { object: pod, warnings: this.warnings };
  }

  override async createSecret({ metadata }: Secret): Promise<void> {
    await Promise.resolve();
    this.requests.push(`create secrets ${metadata?.name ?? ''}`);
    if (this.uncreatable.secrets !== undefined) throw this.uncreatable.secrets;
  }

  override async delete(
    resource: 'pods' | 'secrets',
    name: string,
    signal?: AbortSignal,
    graceSeconds = 0,
  ): Promise<void> {
    await Promise.resolve();
    signal?.throwIfAborted();
    this.requests.push(`delete ${resource} ${name}${graceSeconds === 0 ? '' : ` in ${graceSeconds} s`}`);
    const fault = this.undeletable.get(name);
    if (fault !== undefined) throw fault;
  }

  override async readLog(pod: string, reading: LogReading, signal: AbortSignal): Promise<void> {
    await Promise.resolve();
    signal.throwIfAborted();
    const { follow, since } = reading;
    this.requests.push(`log ${pod}${follow ? ' follow' : ''}${since === undefined ? '' : ` since ${since}`}`);
    await next(this.logs)?.(reading, signal);
  }

  override async exec(
    pod: string,
    container: string,
    command: readonly string[],
    handlers: ExecHandlers,
  ): Promise<ExecSession> {
    await Promise.resolve();
    this.requests.push(`exec ${pod} ${container} ${command.join(' ')}`);
    const answer = next(this.execs);
    if (answer === undefined) throw refusal(404, `pods "${pod}" not found`);
    return answer(handlers, command);
  }
}

/** A refusal by the API server. */
export function refusal(code: number, message: string): ApiError {
  return new ApiError('the request', { code, reason: '', message, retryAfterSeconds: undefined });
}

function next<T>(list: T[]): T | undefined {
  return list.length > 1 ? list.shift() : list[0];
}

function succeed<T extends object>(value: T | Error): T {
  if (value instanceof Error) throw value;
  return value;
}

import { once } from 'node:events';
import https from 'node:https';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseRoute, resourceOf, type Route } from '../engine/route.js';
import { ApiError } from '../engine/status.js';
import { selfSignedIdentity, type ServerIdentity } from '../engine/tls.js';
import { Relay } from './relay.js';
import { Rules, type Direction, type Fault, type Rule } from './rules.js';
import { credentials, readTarget, writeKubeconfig, type Target } from './target.js';

export interface Traffic {
  requests: number;
  /** Bytes of bodies and streams. */
  up: number;
  down: number;
}

export interface ProxyOptions {
  /** The kubeconfig of the API server behind the proxy. */
  kubeconfig: string;
  /** For rules with a probability: numbers from 0 up to 1. */
  random?: () => number;
  /** IPv4 address of this machine where the proxy listens; 127.0.0.1 by default. */
  host?: string;
}

/** A reverse proxy before an API server that makes connections fail as told, and counts what passes. */
export class FaultProxy {
  readonly #identity: ServerIdentity;
  readonly #rules: Rules;
  readonly #traffic = new Map<string, Traffic>();
  /** TCP connections of clients by their port: a TLS socket cannot be reset, the one below can. */
  readonly #connections = new Map<number, Socket>();
  readonly #server: https.Server;
  #dark = false;

  private constructor(
    private readonly target: Target,
    random: () => number,
    private readonly host: string,
  ) {
    this.#identity = selfSignedIdentity(new Date(), host);
    this.#rules = new Rules(random);
    this.#server = https.createServer(this.#identity);
    this.#server.on('connection', (socket: Socket) => this.#accept(socket));
    this.#server.on('request', (request, response) => void this.#serve(request, response));
    this.#server.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) => {
      socket.on('error', () => undefined);
      void this.#upgrade(request, socket, head);
    });
  }

  static async start({
    kubeconfig,
    random = Math.random,
    host = '127.0.0.1',
  }: ProxyOptions): Promise<FaultProxy> {
    const proxy = new FaultProxy(await readTarget(kubeconfig), random, host);
    proxy.#server.listen(0, host);
    await once(proxy.#server, 'listening');
    return proxy;
  }

  get url(): string {
    const address = this.#server.address();
    return `https://${this.host}:${typeof address === 'object' && address !== null ? address.port : 0}`;
  }

  /** The certificate authority of `url`, in PEM. */
  get ca(): string {
    return this.#identity.cert;
  }

  /** Requests and bytes so far by verb and resource: `create pods`, `get pods/exec`. */
  get traffic(): ReadonlyMap<string, Readonly<Traffic>> {
    return this.#traffic;
  }

  /** Switches a fault on; the answer switches it off. Also those that were used up can be switched off. */
  add(rule: Rule): () => void {
    return this.#rules.add(rule);
  }

  /** Switches all faults off and begins to count anew. */
  clear(): void {
    this.#rules.clear();
    this.#traffic.clear();
  }

  /** Resets all connections, and every new one for a time. Settles when the light is on again. */
  async blackout(ms: number): Promise<void> {
    this.#dark = true;
    for (const socket of this.#connections.values()) socket.resetAndDestroy();
    await sleep(ms);
    this.#dark = false;
  }

  /** Writes a kubeconfig that leads here, with the user of the target's, and gives its path. */
  kubeconfig(path: string): Promise<string> {
    return writeKubeconfig(path, this.url, this.ca, this.target);
  }

  async close(): Promise<void> {
    for (const socket of this.#connections.values()) socket.destroy();
    this.#server.close();
    await once(this.#server, 'close');
    this.target.plain.destroy();
    this.target.withCertificate.destroy();
  }

  #accept(socket: Socket): void {
    socket.on('error', () => undefined);
    if (this.#dark) {
      socket.resetAndDestroy();
      return;
    }
    const port = socket.remotePort ?? 0;
    this.#connections.set(port, socket);
    socket.on('close', () => this.#connections.delete(port));
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { faults, count } = this.#begin(request);
    const relay = new Relay(cutsOf(faults), count, (how) => this.#break(request, how));
    response.on('close', () => relay.end());
    await delay(faults);
    const refusal = refusalOf(faults);
    if (refusal) {
      const { code, body, headers } = refusal;
      response.writeHead(code, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(body));
      return;
    }
    const upstream = this.#forward(request);
    upstream.on('response', (answer) => {
      response.writeHead(answer.statusCode ?? 502, answer.headers);
      response.flushHeaders();
      relay.pass('down', answer, response);
    });
    upstream.on('error', () => this.#break(request, 'close'));
    response.on('close', () => upstream.destroy());
    relay.pass('up', request, upstream);
  }

  async #upgrade(request: IncomingMessage, client: Duplex, head: Buffer): Promise<void> {
    const { faults, count } = this.#begin(request);
    await delay(faults);
    const refusal = refusalOf(faults);
    if (refusal) {
      client.end(
        rawHead(refusal.code, { ...refusal.headers, connection: 'close' }) + JSON.stringify(refusal.body),
      );
      return;
    }
    const upstream = this.#forward(request);
    upstream.on('error', () => this.#break(request, 'close'));
    upstream.on('upgrade', (answer, server, first) => {
      const relay = new Relay(cutsOf(faults), count, (how) => {
        this.#break(request, how);
        server.destroy();
      });
      server.on('error', () => undefined);
      client.on('close', () => server.destroy());
      server.on('close', () => relay.end());
      client.write(rawHead(101, answer.headers));
      client.unshift(head);
      server.unshift(first);
      relay.pass('down', server, client);
      relay.pass('up', client, server);
    });
    upstream.on('response', (answer) => {
      client.write(rawHead(answer.statusCode ?? 502, { ...answer.headers, connection: 'close' }));
      answer.pipe(client);
    });
    upstream.end();
  }

  #begin({ method = 'GET', url = '/' }: IncomingMessage) {
    const route: Route | undefined = parseRoute(method, url);
    const key = route
      ? `${route.verb} ${resourceOf(route)}`
      : `${method.toLowerCase()} ${url.replace(/\?.*/, '')}`;
    const traffic = this.#traffic.get(key) ?? { requests: 0, up: 0, down: 0 };
    this.#traffic.set(key, traffic);
    traffic.requests++;
    const count = (direction: Direction, bytes: number) => (traffic[direction] += bytes);
    return { faults: this.#rules.take(route), count };
  }

  #forward({ method, url, headers }: IncomingMessage) {
    const allowed = credentials(headers, this.target);
    const options = {
      method,
      agent: allowed.agent,
      headers: { ...allowed.headers, host: this.target.url.host },
    };
    return https.request(new URL(url ?? '/', this.target.url), options);
  }

  #break({ socket }: IncomingMessage, how: 'reset' | 'close'): void {
    const connection = this.#connections.get(socket.remotePort ?? 0);
    if (how === 'reset') connection?.resetAndDestroy();
    else connection?.destroy();
  }
}

const cutsOf = (faults: Fault[]) => faults.filter((fault) => fault.kind === 'cut');

async function delay(faults: Fault[]): Promise<void> {
  for (const fault of faults) if (fault.kind === 'latency') await sleep(fault.ms);
}

/** The Status that the API server sends when it is overloaded or broken. */
function refusalOf(faults: Fault[]): ApiError | undefined {
  const fault = faults.find(({ kind }) => kind === 'answer');
  if (fault?.kind !== 'answer') return undefined;
  const {
    status,
    retryAfterSeconds,
    message = 'the server is currently unable to handle the request',
  } = fault;
  const reason = status === 429 ? 'TooManyRequests' : status === 503 ? 'ServiceUnavailable' : 'InternalError';
  const headers: Record<string, string> =
    retryAfterSeconds === undefined ? {} : { 'retry-after': String(retryAfterSeconds) };
  return new ApiError(status, reason, message, undefined, headers);
}

function rawHead(status: number, headers: NodeJS.Dict<string | string[]>): string {
  const lines = Object.entries(headers).flatMap(([name, values = []]) =>
    [values].flat().map((value) => `${name}: ${value}`),
  );
  return [`HTTP/1.1 ${status} ${status === 101 ? 'Switching Protocols' : 'Answer'}`, ...lines, '', ''].join(
    '\r\n',
  );
}

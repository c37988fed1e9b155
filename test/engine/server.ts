import https from 'node:https';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { WebSocketServer } from 'ws';
import { allows, type Accounts, type User } from './accounts.js';
import { EXEC_PROTOCOLS, execRequest, serveExec } from './exec.js';
import { isRecord, parseRecord } from './json.js';
import type { Kubelet } from './kubelet.js';
import { chooseContainer, servePodLog } from './pod-log.js';
import { serve, type Answer, type Exchange } from './rest.js';
import type { Resources } from './resources.js';
import { parseRoute, resourceOf, type Route } from './route.js';
import { ApiError, badRequest, noSuchPath } from './status.js';
import type { ServerIdentity } from './tls.js';

/** One request as the server saw it. */
export interface RequestRecord {
  verb: string;
  /** As in a Role: `pods`, `pods/exec`; the path for requests without a resource. */
  resource: string;
  namespace: string | undefined;
  name: string | undefined;
  user: string;
  code: number;
}

const VERSION = { major: '1', minor: '34', gitVersion: 'v1.34.4+local', platform: 'linux/amd64' };

/** The API server: who asks, may they, and which resource answers. */
export class ApiServer {
  readonly requests: RequestRecord[] = [];
  readonly #server: https.Server;
  readonly #sockets: WebSocketServer;

  constructor(
    identity: ServerIdentity,
    private readonly accounts: Accounts,
    private readonly resources: Resources,
    private readonly kubelet: Kubelet,
  ) {
    const handleProtocols = (offered: Set<string>) =>
      EXEC_PROTOCOLS.find((known) => offered.has(known)) ?? false;
    this.#sockets = new WebSocketServer({ noServer: true, perMessageDeflate: false, handleProtocols });
    this.#server = https.createServer({ ...identity, keepAliveTimeout: 60_000 }, (request, response) => {
      void this.#answer(request, response);
    });
    this.#server.on('upgrade', (request: IncomingMessage, socket, head: Buffer) => {
      socket.on('error', () => undefined);
      const refuse = (error: unknown) => {
        const { code, body } = asApiError(error);
        const json = JSON.stringify(body);
        const head = `HTTP/1.1 ${code} Refused\r\ncontent-type: application/json\r\ncontent-length: ${Buffer.byteLength(json)}`;
        socket.end(`${head}\r\nconnection: close\r\n\r\n${json}`);
      };
      try {
        const { container, name, query } = this.#admitExec(request);
        this.#sockets.handleUpgrade(request, socket, head, (webSocket) => {
          webSocket.on('error', () => undefined);
          serveExec(webSocket, container, name, execRequest(query)).catch(() => webSocket.terminate());
        });
      } catch (error) {
        refuse(error);
      }
    });
  }

  async listen(): Promise<number> {
    this.#server.listen(0, '127.0.0.1');
    await once(this.#server, 'listening');
    return this.port;
  }

  get port(): number {
    const address: AddressInfo | string | null = this.#server.address();
    return typeof address === 'object' && address !== null ? address.port : 0;
  }

  async close(): Promise<void> {
    for (const client of this.#sockets.clients) client.terminate();
    this.#server.closeAllConnections();
    this.#server.close();
    await once(this.#server, 'close');
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const route = parseRoute(request.method ?? 'GET', request.url ?? '/');
    let user: User | undefined;
    const record = (code: number) => this.#record(request, route, user, code);
    try {
      user = this.accounts.identify(request.headers.authorization);
      const body = await text(request);
      if (!route) {
        write(response, this.#withoutResource(request, record));
        return;
      }
      this.#admit(user, route);
      const exchange = { request, response, route, body };
      if (route.resource === 'pods' && route.subresource === 'log') {
        const pod = this.resources.pods.collection.get(route.namespace ?? '', route.name ?? '');
        record(await servePodLog(this.kubelet, pod, exchange));
        return;
      }
      const answer = this.#dispatch(exchange, user);
      record(answer?.code ?? 200);
      if (answer) write(response, answer);
    } catch (error) {
      const refusal = asApiError(error);
      record(refusal.code);
      if (!response.headersSent) write(response, refusal, refusal.headers);
      else response.destroy();
    }
  }

  /** @throws ApiError 403, or what a test told the engine to answer */
  #admit(user: User, route: Route): void {
    this.accounts.authorize(user, route);
    const refusal = this.kubelet.faults.refusal(route);
    if (refusal) throw refusal;
  }

  #dispatch(exchange: Exchange, user: User): Answer | undefined {
    const { route, body } = exchange;
    const resource = resourceOf(route);
    if (route.group === 'authorization.k8s.io' && resource === 'selfsubjectaccessreviews')
      return { code: 201, body: reviewAccess(user, body) };
    if (route.group !== '') throw noSuchPath();
    if (route.verb === 'create') this.resources.requireNamespace(route.namespace ?? '');
    switch (resource) {
      case 'pods':
        return serve(this.resources.pods, exchange);
      case 'secrets':
        return serve(this.resources.secrets, exchange);
      case 'events':
        return serve(this.resources.events, exchange);
      case 'pods/exec':
        throw badRequest('Upgrade request required');
      default:
        throw noSuchPath();
    }
  }

  #withoutResource({ url = '' }: IncomingMessage, record: (code: number) => void): Answer {
    if (!url.startsWith('/version')) throw noSuchPath();
    record(200);
    return { code: 200, body: VERSION };
  }

  #admitExec(request: IncomingMessage) {
    const route = parseRoute(request.method ?? 'GET', request.url ?? '/');
    let user: User | undefined;
    try {
      user = this.accounts.identify(request.headers.authorization);
      if (!route || resourceOf(route) !== 'pods/exec') throw noSuchPath();
      this.#admit(user, route);
      const pod = this.resources.pods.collection.get(route.namespace ?? '', route.name ?? '');
      const container = chooseContainer(this.kubelet, pod, route.query.get('container'));
      if (!container) throw badRequest(`pod ${pod.metadata.name} does not have a host assigned`);
      const offered = (request.headers['sec-websocket-protocol'] ?? '').split(/, */);
      if (!EXEC_PROTOCOLS.some((known) => offered.includes(known)))
        throw new ApiError(403, 'Forbidden', 'no common protocol');
      this.#record(request, route, user, 101);
      return { container, name: container.spec.name, query: route.query };
    } catch (error) {
      this.#record(request, route, user, asApiError(error).code);
      throw error;
    }
  }

  #record(
    { method = '', url = '' }: IncomingMessage,
    route: Route | undefined,
    user: User | undefined,
    code: number,
  ) {
    const resource = route ? resourceOf(route) : url;
    const verb = route?.verb ?? method.toLowerCase();
    const { namespace, name } = route ?? {};
    this.requests.push({ verb, resource, namespace, name, user: user?.name ?? '', code });
  }
}

/** What the user of the request may do, by the same rules that requests are checked with. */
function reviewAccess(user: User, body: string): object {
  const review = parseRecord(body);
  const spec = isRecord(review['spec']) ? review['spec'] : {};
  const attributes = isRecord(spec['resourceAttributes']) ? spec['resourceAttributes'] : {};
  const word = (key: string) => (typeof attributes[key] === 'string' ? attributes[key] : undefined);
  const [namespace, subresource] = [word('namespace'), word('subresource')];
  const asked = {
    ...{ verb: word('verb') ?? '', group: word('group') ?? '', resource: word('resource') ?? '' },
    ...(namespace !== undefined && { namespace }),
    ...(subresource !== undefined && { subresource }),
  };
  return { ...review, status: { allowed: allows(user, asked) } };
}

function write(response: ServerResponse, { code, body }: Answer, headers: Record<string, string> = {}): void {
  response.writeHead(code, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(body));
}

function asApiError(error: unknown): ApiError {
  if (error instanceof ApiError) return error;
  return new ApiError(
    500,
    'InternalError',
    error instanceof Error ? (error.stack ?? error.message) : String(error),
  );
}

import { once } from 'node:events';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer } from 'node:https';
import type { AddressInfo, Socket } from 'node:net';
import { type WebSocket, WebSocketServer } from 'ws';
import { selfSignedIdentity } from '../../../../test/engine/tls.js';
import { ApiAgent } from '../../src/cluster/api-agent.js';
import type { Connection } from '../../src/cluster/connection.js';

const IDENTITY = selfSignedIdentity();

export interface Received {
  method: string;
  path: string;
  query: URLSearchParams;
  headers: IncomingMessage['headers'];
  body: unknown;
}

export type Answer = (response: ServerResponse, request: Received) => void;

/** An API server that answers as a test tells it, over real TLS. */
export class ApiServer {
  readonly requests: Received[] = [];
  /** Authority of the server's certificate, in PEM. */
  readonly ca = IDENTITY.cert;
  /** TLS connections that clients have made. */
  connections = 0;
  /** Answers to come; the last one is for all further requests. */
  answers: Answer[] = [];
  /** Subprotocols that the server speaks. */
  protocols = ['v5.channel.k8s.io', 'v4.channel.k8s.io'];
  onExec: (socket: WebSocket) => void = () => undefined;
  /** Answers an upgrade in its own way where it is set. */
  onUpgrade: ((request: IncomingMessage, socket: Socket) => void) | undefined;
  /** Refuses an upgrade where it is set. */
  refuse: { code: number; body: string } | undefined;
  token = 'token-1';

  private readonly agents: ApiAgent[] = [];
  private readonly sockets = new Set<Socket>();
  private readonly server = createServer(
    IDENTITY,
    (request, response) => void this.handle(request, response),
  );
  private readonly upgrades = new WebSocketServer({
    noServer: true,
    handleProtocols: (offered) => this.protocols.find((protocol) => offered.has(protocol)) ?? false,
  });

  /** @param host an IP address of the loopback. */
  static async start(host = '127.0.0.1'): Promise<ApiServer> {
    const api = new ApiServer();
    api.server.on('secureConnection', (socket) => {
      api.connections += 1;
      api.sockets.add(socket);
      socket.on('error', () => undefined);
    });
    api.server.on('upgrade', (request: IncomingMessage, socket: Socket, head: Buffer) => {
      api.requests.push(received(request, ''));
      if (api.onUpgrade !== undefined) api.onUpgrade(request, socket);
      else if (api.refuse === undefined)
        api.upgrades.handleUpgrade(request, socket, head, (opened) => api.onExec(opened));
      else {
        const { code, body } = api.refuse;
        socket.end(`HTTP/1.1 ${code} Refused\r\nContent-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`);
      }
    });
    api.server.listen(0, host);
    await once(api.server, 'listening');
    return api;
  }

  get url(): string {
    const address: AddressInfo | string | null = this.server.address();
    if (address === null || typeof address === 'string') throw new Error('the server does not listen');
    return `https://${address.family === 'IPv6' ? `[${address.address}]` : address.address}:${address.port}`;
  }

  /** @param certificate fingerprint of a certificate that was verified before. */
  connection(certificate?: string): Connection {
    const agent = new ApiAgent({ ca: this.ca }, certificate);
    this.agents.push(agent);
    return {
      server: this.url,
      namespace: 'ci',
      agent,
      authorization: () => Promise.resolve({ authorization: `Bearer ${this.token}` }),
    };
  }

  async close(): Promise<void> {
    for (const agent of this.agents) agent.destroy();
    for (const socket of this.sockets) socket.destroy();
    this.server.close();
    await once(this.server, 'close');
  }

  private async handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    await once(request, 'end');
    const entry = received(request, Buffer.concat(chunks).toString());
    this.requests.push(entry);
    const answer = this.answers.length > 1 ? this.answers.shift() : this.answers[0];
    (answer ?? json(404, { message: 'no answer is planned' }))(response, entry);
  }
}

export function json(code: number, body: unknown, headers: Record<string, string | string[]> = {}): Answer {
  return text(code, JSON.stringify(body), headers);
}

export function text(code: number, body: string, headers: Record<string, string | string[]> = {}): Answer {
  return (response) => void response.writeHead(code, headers).end(body);
}

/** A text without an end, for as long as somebody reads it. */
export function endless(code: number): Answer {
  return (response) => {
    const piece = Buffer.alloc(256 * 1024, 'x');
    const fill = () => {
      while (!response.destroyed && response.write(piece));
    };
    response.writeHead(code).on('drain', fill);
    fill();
  };
}

/** The connection breaks. */
export const reset: Answer = (response) => void response.socket?.destroy();
/** No answer ever comes. */
export const silence: Answer = () => undefined;

function received({ method = '', url = '', headers }: IncomingMessage, body: string): Received {
  const { pathname, searchParams } = new URL(url, 'https://api');
  const parsed: unknown = body === '' ? undefined : JSON.parse(body);
  return { method, path: pathname, query: searchParams, headers, body: parsed };
}

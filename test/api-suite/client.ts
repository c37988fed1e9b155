import https from 'node:https';
import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';
import { WebSocket } from 'ws';

export interface Endpoint {
  url: string;
  /** The certificate authority in PEM. */
  ca: string;
}

export interface Answer {
  status: number;
  headers: IncomingHttpHeaders;
  text: string;
  /** The parsed body, or undefined when it is not JSON. */
  body: unknown;
}

export interface ExecOptions {
  command: string[];
  container?: string;
  /** Sent on channel 0, then closed. Without it the command has no stdin. */
  stdin?: string | Buffer;
  stdout?: boolean;
  stderr?: boolean;
  protocols?: string[];
}

export interface ExecResult {
  protocol: string;
  stdout: Buffer;
  stderr: string;
  /** The parsed document of channel 3. */
  status: unknown;
  closeCode: number;
  /** The channel of each frame as it came, with its length. */
  frames: { channel: number; bytes: number }[];
}

/** The answer to an upgrade that was refused. */
export class ExecRefused extends Error {
  constructor(readonly answer: Answer) {
    super(`exec refused: ${answer.status} ${answer.text}`);
  }
}

/** The value at a dotted path of a parsed document: `at(pod, 'status.conditions.0.type')`. */
export function at(document: unknown, path: string): unknown {
  let value: unknown = document;
  for (const key of path.split('.')) {
    if (typeof value !== 'object' || value === null) return undefined;
    value = Object.getOwnPropertyDescriptor(value, key)?.value;
  }
  return value;
}

export function itemsAt(document: unknown, path: string): unknown[] {
  const value = at(document, path);
  return Array.isArray(value) ? value.map((item: unknown) => item) : [];
}

/** A bare client of the Kubernetes API: shows what the server says and interprets nothing. */
export class ApiClient {
  readonly #agent: https.Agent;

  constructor(
    private readonly endpoint: Endpoint,
    private readonly token: string | undefined,
  ) {
    this.#agent = new https.Agent({ ca: endpoint.ca, keepAlive: true });
  }

  close(): void {
    this.#agent.destroy();
  }

  async request(method: string, path: string, body?: unknown): Promise<Answer> {
    return readAnswer(await this.open(method, path, body));
  }

  /** Starts a request and gives the response with its body still to be read. */
  open(method: string, path: string, body?: unknown, signal?: AbortSignal): Promise<IncomingMessage> {
    const headers: Record<string, string> = { ...this.#authorization(), 'content-type': 'application/json' };
    const text = body === undefined ? undefined : typeof body === 'string' ? body : JSON.stringify(body);
    // Node gives a DELETE no length of its own: the server would take the body for the next request.
    if (text !== undefined) headers['content-length'] = String(Buffer.byteLength(text));
    return new Promise((resolve, reject) => {
      const url = new URL(path, this.endpoint.url);
      const options = { method, agent: this.#agent, headers, ...(signal && { signal }) };
      https.request(url, options, resolve).on('error', reject).end(text);
    });
  }

  exec(namespace: string, pod: string, options: ExecOptions): Promise<ExecResult> {
    const socket = this.socket(namespace, pod, options);
    return new Promise((resolve, reject) => {
      const out: Buffer[][] = [[], [], [], []];
      const frames: ExecResult['frames'] = [];
      socket.on('open', () => {
        if (options.stdin === undefined) return;
        socket.send(Buffer.concat([Buffer.of(0), Buffer.from(options.stdin)]));
        if (socket.protocol.startsWith('v5')) socket.send(Buffer.of(255, 0));
      });
      socket.on('message', (data: Buffer) => {
        const channel = data[0] ?? 0;
        frames.push({ channel, bytes: data.length - 1 });
        out[channel]?.push(data.subarray(1));
      });
      socket.on('close', (closeCode) => {
        const text = (channel: number) => Buffer.concat(out[channel] ?? []);
        const status = parse(text(3).toString());
        const protocol = socket.protocol;
        resolve({ protocol, stdout: text(1), stderr: text(2).toString(), status, closeCode, frames });
      });
      socket.on('unexpected-response', (_request, response) => {
        readAnswer(response).then((answer) => reject(new ExecRefused(answer)), reject);
      });
      socket.on('error', reject);
    });
  }

  /** The WebSocket of an exec, for tests that speak the protocol themselves. */
  socket(namespace: string, pod: string, options: ExecOptions): WebSocket {
    const query = new URLSearchParams();
    for (const word of options.command) query.append('command', word);
    if (options.container !== undefined) query.set('container', options.container);
    if (options.stdin !== undefined) query.set('stdin', 'true');
    if (options.stdout !== false) query.set('stdout', 'true');
    if (options.stderr !== false) query.set('stderr', 'true');
    const path = `/api/v1/namespaces/${namespace}/pods/${pod}/exec?${query.toString()}`;
    const protocols = options.protocols ?? ['v5.channel.k8s.io'];
    return new WebSocket(new URL(path, this.endpoint.url.replace(/^http/, 'ws')), protocols, {
      ca: this.endpoint.ca,
      headers: this.#authorization(),
      perMessageDeflate: false,
    });
  }

  #authorization(): Record<string, string> {
    return this.token === undefined ? {} : { authorization: `Bearer ${this.token}` };
  }
}

export async function readAnswer(response: IncomingMessage): Promise<Answer> {
  let text = '';
  for await (const chunk of response.setEncoding('utf8')) text += String(chunk);
  return { status: response.statusCode ?? 0, headers: response.headers, text, body: parse(text) };
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

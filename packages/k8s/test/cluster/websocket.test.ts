import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'chai';
import type { RawData, WebSocket as ServerSocket } from 'ws';
import { ApiError, ConnectionError } from '../../src/cluster/api-error.js';
import { openWebSocket, type OnPart } from '../../src/cluster/websocket.js';
import { ApiClient } from '../../src/cluster/client.js';
import { ApiServer, json } from '../support/api-server.js';
import { rejection } from '../support/rejection.js';
import { until } from '../support/until.js';

const CALM = { periodMs: 60_000, deadlineMs: 60_000 };

describe('WebSocket', () => {
  let api: ApiServer;
  let server: ServerSocket | undefined;
  beforeEach(async () => {
    server = undefined;
    api = await ApiServer.start();
    api.onExec = (socket) => (server = socket);
  });
  afterEach(() => api.close());

  const open = (connection = api.connection()) =>
    openWebSocket(connection, 'exec', `${api.url}/exec?a=b`, ['v5.channel.k8s.io', 'v4.channel.k8s.io']);
  const start = async (onPart: OnPart = () => undefined, heartbeat = CALM) => {
    const socket = await open();
    return { socket, closed: socket.start(onPart, heartbeat), server: await until(() => server) };
  };
  /** A server that answers the handshake in these words. */
  const answers = (text: (key: string) => string) => {
    api.onUpgrade = ({ headers }, socket) =>
      void socket.write(text(headers['sec-websocket-key'] ?? ''), 'latin1');
  };

  it('takes what it is sent to the byte, whatever the size of messages and pieces', async () => {
    const messages = [1, 0, 125, 16_380, 16_384, 32_769, 70_000, 1_000_000].map((length) =>
      Buffer.alloc(length, `message of ${length}`),
    );
    const came: Buffer[][] = [];
    const { closed, server } = await start(async (bytes, first) => {
      if (first) came.push([]);
      const copy = Buffer.from(bytes);
      // What is lent stays as it is for as long as the handler needs it, also while more comes.
      if (came.length % 2 === 0) await sleep(1);
      expect(bytes.equals(copy)).to.equal(true);
      came.at(-1)?.push(copy);
    });
    for (const message of [...messages, ...messages]) server.send(message);
    server.close(1000);
    expect(await closed).to.equal('1000');
    expect(came.map((parts) => Buffer.concat(parts))).to.deep.equal([...messages, ...messages]);
  });

  it('reaches a server in a cluster that has IPv6 alone, as plain requests do', async () => {
    const ipv6 = await ApiServer.start('::1');
    ipv6.answers = [json(200, {})];
    const connection = ipv6.connection();
    const client = new ApiClient(connection, { budgetMs: 0 });
    await client.send({ method: 'GET', path: '/' }, new AbortController().signal);
    const socket = await openWebSocket(connection, 'exec', `${ipv6.url}/exec`, ['v5.channel.k8s.io']);
    const closed = socket.start(() => undefined, CALM);
    socket.close();
    await closed;
    expect(ipv6.requests.map(({ headers }) => headers.host)).to.deep.equal(
      Array(2).fill(new URL(ipv6.url).host),
    );
    await ipv6.close();
  });

  it('goes on over a connection that plain requests have used before, and leaves none for them', async () => {
    const connection = api.connection();
    api.answers = [json(200, {})];
    const client = new ApiClient(connection, { budgetMs: 0, onRetry: () => undefined });
    const request = { method: 'GET', path: '/' } as const;
    const { signal } = new AbortController();
    await client.send(request, signal);
    const socket = await open(connection);
    expect(api.connections).to.equal(1);
    const came: string[] = [];
    void socket.start((bytes) => void came.push(bytes.toString()), CALM);
    (await until(() => server)).send('hello');
    await client.send(request, signal);
    expect(api.connections).to.equal(2);
    await until(() => came.join('') === 'hello');
    socket.close();
  });

  it('sends messages that a server understands', async () => {
    const { socket, server } = await start();
    const came: Buffer[] = [];
    server.on('message', (data: RawData) => came.push(Buffer.isBuffer(data) ? data : Buffer.of()));
    expect(await socket.send(Buffer.from('a'), Buffer.from('bc'))).to.equal(true);
    expect(await socket.send(Buffer.alloc(100_000, 'x'))).to.equal(true);
    await until(() => came.length === 2);
    expect(Buffer.concat(came).toString()).to.equal(`abc${'x'.repeat(100_000)}`);
    socket.close();
    expect(await socket.send(Buffer.from('late'))).to.equal(false);
  });

  it('answers pings, and says goodbye', async () => {
    const { socket, server } = await start();
    server.ping('are you there');
    const [answer] = (await once(server, 'pong')) as [Buffer];
    expect(answer.toString()).to.equal('are you there');
    const goodbye = once(server, 'close') as Promise<[number, Buffer]>;
    socket.close();
    expect((await goodbye)[0]).to.equal(1000);
  });

  it('answers a goodbye with the same', async () => {
    const { closed, server } = await start();
    server.close(1011, 'out of memory');
    const [code] = (await once(server, 'close')) as [number];
    expect(code).to.equal(1011);
    expect(await closed).to.equal('1011 out of memory');
  });

  it('ends, with what was wrong, when a server breaks the protocol', async () => {
    answers((key) => `${handshake(key)}\x83\x00`);
    const socket = await open();
    expect(await socket.start(() => undefined, CALM)).to.equal('a frame has the unknown opcode 3');
  });

  it('ends with what a handler throws', async () => {
    const { closed, server } = await start(() => {
      throw new RangeError('no room');
    });
    server.send('x');
    expect((await rejection(RangeError, closed)).message).to.equal('no room');
  });

  it('says how long a server was silent', async () => {
    const { closed, server } = await start(() => undefined, { periodMs: 10, deadlineMs: 50 });
    server.pause();
    expect(await closed).to.equal('no sign of the server within 0.05 s');
  });

  for (const [title, before, handling] of [
    ['reads what comes together with the answer to the handshake', 0, 0],
    ['keeps the order of what comes before it is started, and after', 30, 0],
    ['keeps the order of both with a slow handler', 30, 1],
  ] as const)
    it(title, async () => {
      const frames = Array.from(
        { length: 5000 },
        (_, index) => `\x82\x7e\x00\xc8${`${index} `.padEnd(200, '.')}`,
      );
      answers((key) => handshake(key) + frames.join(''));
      const socket = await open();
      await sleep(before);
      let came = '';
      const slow = async (bytes: Buffer) => {
        if (came.length % 5000 === 0) await sleep(handling);
        came += bytes.toString('latin1');
      };
      const quick = (bytes: Buffer) => void (came += bytes.toString('latin1'));
      void socket.start(handling > 0 ? slow : quick, CALM);
      await until(() => came.length === frames.length * 200);
      expect(came).to.equal(frames.map((frame) => frame.slice(4)).join(''));
      socket.close();
    });

  for (const [title, answer] of [
    ['that does not prove that it has understood', () => handshake('another key')],
    ['that speaks another protocol', (key: string) => handshake(key).replace('v5.', 'v6.')],
    ['that chooses no protocol', (key: string) => handshake(key).replace(/Sec-WebSocket-Protocol.*\r\n/, '')],
  ] as const)
    it(`refuses a server ${title}`, async () => {
      answers(answer);
      const { message } = await rejection(ConnectionError, open());
      expect(message).to.equal('exec: the server speaks none of v5.channel.k8s.io, v4.channel.k8s.io');
    });

  it('fails with what a server answers instead, in pieces or not', async () => {
    const body = JSON.stringify({ message: 'é'.repeat(9000), reason: 'Forbidden' });
    api.refuse = { code: 403, body };
    const { status } = await rejection(ApiError, open());
    expect(status).to.include({ code: 403, reason: 'Forbidden', message: 'é'.repeat(9000) });
  });

  it('fails when the connection is lost in the handshake', async () => {
    api.onUpgrade = (_request, socket) => void socket.destroy();
    expect((await rejection(ConnectionError, open())).message).to.match(
      /^exec: (socket hang up|read ECONNRESET)$/,
    );
  });
});

/** RFC 6455 §4.2.2. */
const acceptOf = (key: string) =>
  createHash('sha1').update(`${key}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`).digest('base64');

/** A server's answer that agrees. */
function handshake(key: string): string {
  return [
    'HTTP/1.1 101 Switching Protocols',
    'Upgrade: websocket',
    'Connection: Upgrade',
    `Sec-WebSocket-Accept: ${acceptOf(key)}`,
    'Sec-WebSocket-Protocol: v5.channel.k8s.io',
    '\r\n',
  ].join('\r\n');
}

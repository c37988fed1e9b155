import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'chai';
import { type RawData, WebSocket } from 'ws';
import { ApiError, ConnectionError, MalformedAnswerError } from '../../src/cluster/api-error.js';
import { exec, type ExecHandlers } from '../../src/cluster/exec.js';
import { ApiServer } from '../support/api-server.js';
import { rejection } from '../support/rejection.js';
import { until } from '../support/until.js';

const STDOUT = 1;
const STDERR = 2;
const SUCCESS = { metadata: {}, status: 'Success' };
const FAILURE = { kind: 'Status', metadata: {}, status: 'Failure' };

/** Nothing of it is seen within a test. */
const CALM = { periodMs: 60_000, deadlineMs: 60_000 };

/** Status of a command that ended with this exit code, as the kubelet writes it. */
const exited = (code: number) => ({
  metadata: {},
  status: 'Failure',
  message: `command terminated with non-zero exit code: exit status ${code}`,
  reason: 'NonZeroExitCode',
  details: { causes: [{ reason: 'ExitCode', message: `${code}` }] },
});

/** The server's end of an exec. */
class Container {
  readonly frames: Buffer[] = [];

  constructor(readonly socket: WebSocket) {
    socket.on('message', (data: RawData) => this.frames.push(Buffer.isBuffer(data) ? data : Buffer.of()));
    // The kubelet begins with an empty message on each channel.
    for (const channel of [0, STDOUT, STDERR, 3]) this.print(channel, '');
  }

  print(channel: number, content: Buffer | string): void {
    this.socket.send(Buffer.concat([Buffer.of(channel), Buffer.from(content)]));
  }

  end(status: object): void {
    this.print(3, JSON.stringify(status));
    this.socket.close(1000);
  }

  /** All that came on stdin. */
  get input(): string {
    return Buffer.concat(
      this.frames.filter((frame) => frame[0] === 0).map((frame) => frame.subarray(1)),
    ).toString();
  }
}

describe('exec', () => {
  let api: ApiServer;
  let container: Container | undefined;
  let printed: [channel: string, text: string][];
  beforeEach(async () => {
    api = await ApiServer.start();
    container = undefined;
    printed = [];
    api.onExec = (socket) => (container = new Container(socket));
  });
  afterEach(() => api.close());

  const handlers: ExecHandlers = {
    onStdout: (chunk) => void printed.push(['out', chunk.toString()]),
    onStderr: (chunk) => void printed.push(['err', chunk.toString()]),
  };
  const target = { namespace: 'ci', pod: 'a', container: 'job', command: ['sh', '-c', 'echo "$A" & b=c'] };
  const start = async (own: Partial<ExecHandlers> = {}, heartbeat = CALM) => {
    const session = await exec(api.connection(), target, { ...handlers, ...own }, heartbeat);
    return { session, container: await until(() => container) };
  };

  it('asks for the command, word by word', async () => {
    const { session } = await start();
    const [request] = api.requests;
    expect(request?.path).to.equal('/api/v1/namespaces/ci/pods/a/exec');
    expect([...(request?.query ?? [])]).to.deep.equal([
      ['container', 'job'],
      ['stdin', 'true'],
      ['stdout', 'true'],
      ['stderr', 'true'],
      ['command', 'sh'],
      ['command', '-c'],
      ['command', 'echo "$A" & b=c'],
    ]);
    expect(request?.headers).to.include({
      authorization: 'Bearer token-1',
      'sec-websocket-protocol': 'v5.channel.k8s.io,v4.channel.k8s.io',
    });
    session.close();
  });

  it('gives both outputs in their order', async () => {
    const { session, container } = await start();
    container.print(STDOUT, 'one');
    container.print(STDERR, 'two');
    container.print(STDOUT, 'three');
    container.end(SUCCESS);
    expect(await session.done).to.deep.equal({ exitCode: 0 });
    expect(printed).to.deep.equal([
      ['out', 'one'],
      ['err', 'two'],
      ['out', 'three'],
    ]);
  });

  it('gives errors to keep, also where their bytes came is written over', async () => {
    const kept: Buffer[] = [];
    const { session, container } = await start({ onStderr: (chunk) => void kept.push(chunk) });
    const texts = Array.from({ length: 50 }, (_, index) => `error ${index} `.repeat(1000));
    for (const text of texts) container.print(STDERR, text);
    container.end(SUCCESS);
    await session.done;
    expect(Buffer.concat(kept).toString()).to.equal(texts.join(''));
  });

  it('joins messages that come in fragments', async () => {
    const { session, container } = await start();
    container.socket.send(Buffer.from('\u0001hal'), { fin: false });
    container.socket.send(Buffer.from('f'), { fin: true });
    container.end(SUCCESS);
    await session.done;
    expect(printed.map(([channel]) => channel)).to.not.include('err');
    expect(printed.map(([, text]) => text).join('')).to.equal('half');
  });

  for (const code of [1, 2, 42, 127, 137, 255])
    it(`ends with exit code ${code}`, async () => {
      const { session, container } = await start();
      container.end(exited(code));
      expect(await session.done).to.deep.equal({ exitCode: code });
    });

  it('does not take what a command prints for its status', async () => {
    const { session, container } = await start();
    container.print(STDOUT, JSON.stringify(SUCCESS));
    container.print(STDERR, JSON.stringify(exited(3)));
    container.end({ ...exited(7), message: JSON.stringify(SUCCESS) });
    expect(await session.done).to.deep.equal({ exitCode: 7 });
  });

  it('takes no part of a status for the whole', async () => {
    const { session, container } = await start();
    container.end({ ...exited(7), metadata: SUCCESS });
    expect(await session.done).to.deep.equal({ exitCode: 7 });
  });

  for (const text of ['{"metadata":{},"status":"Success"', '["Success"]', 'status: Success'])
    it(`fails when the status is ${text}`, async () => {
      const { session, container } = await start();
      container.print(3, text);
      container.end({});
      const error = await rejection(MalformedAnswerError, session.done);
      expect(error.message).to.contain('exec in container job of pod a').and.contain(text);
    });

  it('fails with the words of a status that has no exit code', async () => {
    const { session, container } = await start();
    container.end({ ...FAILURE, reason: 'InternalError', message: 'container not found ("job")' });
    const { status } = await rejection(ApiError, session.done);
    expect(status).to.include({ code: 500, reason: 'InternalError', message: 'container not found ("job")' });
  });

  for (const [title, lose, reason] of [
    ['breaks', (socket: WebSocket) => socket.terminate(), 'without a goodbye'],
    ['is closed', (socket: WebSocket) => socket.close(1001, 'going away'), '1001 going away'],
    ['is closed as if all were well', (socket: WebSocket) => socket.close(1000), '1000'],
  ] as const)
    it(`knows nothing of the command when the connection ${title} without a status`, async () => {
      const { session, container } = await start();
      container.print(STDOUT, 'before');
      await until(() => printed.length === 1);
      lose(container.socket);
      const error = await rejection(ConnectionError, session.done);
      expect(error.message).to.equal(
        `exec in container job of pod a: the connection ended without a status (${reason})`,
      );
    });

  it('fails with the Status of a refused upgrade', async () => {
    const message = 'pods "a" is forbidden: User "u" cannot create resource "pods/exec"';
    api.refuse = { code: 403, body: JSON.stringify({ ...FAILURE, reason: 'Forbidden', message, code: 403 }) };
    const { status } = await rejection(ApiError, exec(api.connection(), target, handlers, CALM));
    expect(status).to.include({ code: 403, reason: 'Forbidden', message });
  });

  it('fails with the text of a kubelet that refuses the upgrade itself, as from Kubernetes 1.36 on', async () => {
    api.refuse = { code: 500, body: 'container not found ("job")\n' };
    const { status } = await rejection(ApiError, exec(api.connection(), target, handlers, CALM));
    expect(status).to.include({ code: 500, message: 'container not found ("job")' });
  });

  it('fails when nobody listens', async () => {
    const connection = api.connection();
    await api.close();
    await rejection(ConnectionError, exec(connection, target, handlers, CALM));
    api = await ApiServer.start();
  });

  it('sends input of any size in frames that servers take', async () => {
    const { session, container } = await start();
    const input = 'é0123456789'.repeat(20_000);
    await session.write(input);
    await session.write(Buffer.from('end'));
    await until(() => container.input.length === input.length + 3);
    expect(container.input).to.equal(`${input}end`);
    expect(Math.max(...container.frames.map(({ length }) => length))).to.be.at.most(32 * 1024 + 1);
    session.close();
  });

  it('closes the input by v5', async () => {
    const { session, container } = await start();
    await session.write('all');
    session.endInput();
    await until(() => container.frames.length === 2);
    expect(container.frames[1]).to.deep.equal(Buffer.of(255, 0));
    session.close();
  });

  it('cannot close the input by v4, and sends nothing strange', async () => {
    api.protocols = ['v4.channel.k8s.io'];
    const { session, container } = await start();
    session.endInput();
    await session.write('still open');
    await until(() => container.frames.length === 1);
    expect(container.input).to.equal('still open');
    container.end(exited(4));
    expect(await session.done).to.deep.equal({ exitCode: 4 });
  });

  it('drops input for a command that has ended', async () => {
    const { session, container } = await start();
    container.end(SUCCESS);
    await session.done;
    await session.write('too late');
  });

  it('does not take input when the connection is lost', async () => {
    const { session, container } = await start();
    container.socket.terminate();
    await rejection(ConnectionError, session.done);
    await rejection(ConnectionError, session.write('lost'));
  });

  it('leaves at once, also a server that says nothing', async () => {
    const { session, container } = await start();
    container.socket.pause();
    session.close();
    await rejection(ConnectionError, session.done);
    container.socket.resume();
    await until(() => container.socket.readyState === WebSocket.CLOSED);
  });

  it('keeps a connection that is quiet but answers', async () => {
    const { session, container } = await start({}, { periodMs: 5, deadlineMs: 500 });
    let pings = 0;
    container.socket.on('ping', () => (pings += 1));
    await until(() => pings > 150);
    container.end(SUCCESS);
    expect(await session.done).to.deep.equal({ exitCode: 0 });
  });

  it('does not take a slow handler for a silent server', async () => {
    let release: () => void = () => undefined;
    const gate = new Promise<void>((resolve) => (release = resolve));
    const { session, container } = await start({ onStdout: () => gate }, { periodMs: 10, deadlineMs: 300 });
    container.print(STDOUT, 'x');
    await sleep(700);
    release();
    container.end(SUCCESS);
    expect(await session.done).to.deep.equal({ exitCode: 0 });
  });

  it('calls one handler after the other, and ends after the last', async () => {
    const order: string[] = [];
    const { session, container } = await start({
      onStdout: async (chunk) => {
        order.push(`begin ${chunk.toString()}`);
        await sleep(5);
        order.push(`end ${chunk.toString()}`);
      },
      onStderr: (chunk) => void order.push(`err ${chunk.toString()}`),
    });
    container.print(STDOUT, '1');
    container.print(STDOUT, '2');
    container.print(STDERR, '3');
    container.end(exited(6));
    expect(await session.done).to.deep.equal({ exitCode: 6 });
    expect(order).to.deep.equal(['begin 1', 'end 1', 'begin 2', 'end 2', 'err 3']);
  });

  it('fails with the error of a handler', async () => {
    const { session, container } = await start({
      onStdout: () => Promise.reject(new RangeError('disk full')),
    });
    container.print(STDOUT, 'x');
    expect((await rejection(RangeError, session.done)).message).to.equal('disk full');
    session.close();
  });

  it('reads no more from the connection while a handler is slow', async () => {
    const chunk = Buffer.alloc(32 * 1024, 'x');
    const chunks = 1200;
    let received = 0;
    let calls = 0;
    let release: () => void = () => undefined;
    const gate = new Promise<void>((resolve) => (release = resolve));
    const { session, container } = await start({
      onStdout: ({ length }) => {
        calls += 1;
        received += length;
        return gate;
      },
    });
    for (let i = 0; i < chunks; i++) container.print(STDOUT, chunk);
    await until(() => calls > 0);
    // Time enough for all of it to come, if it were read.
    await sleep(400);
    const held = container.socket.bufferedAmount;
    expect(calls).to.equal(1);
    expect(held).to.be.greaterThan(chunks * chunk.length * 0.5);
    release();
    container.end(SUCCESS);
    expect(await session.done).to.deep.equal({ exitCode: 0 });
    expect(received).to.equal(chunks * chunk.length);
  });
});

import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import { text } from 'node:stream/consumers';
import { connect as connectTls } from 'node:tls';
import { expect } from 'chai';
import { DIRECT_COPY } from '../../src/agent/node-texts.js';

const KEY = '0123456789abcdef'.repeat(4);
const OTHER_KEY = 'fedcba9876543210'.repeat(4);
const UNREACHABLE = 75;

describe('a copy over the network of the cluster', () => {
  const children: ChildProcess[] = [];
  afterEach(() => children.splice(0).forEach((child) => child.kill('SIGKILL')));

  function start(role: 'send' | 'receive', script: string) {
    const args = ['--input-type=module', '-e', DIRECT_COPY, role, 'sh', '-c', script];
    const child = spawn(process.execPath, args, { stdio: 'pipe' });
    children.push(child);
    const stderr = text(child.stderr);
    const ended = once(child, 'close').then(async ([exitCode]) => ({
      exitCode: exitCode as unknown,
      said: await stderr,
    }));
    return { child, ended };
  }

  /** @returns the port. */
  async function listening(sender: ChildProcess, key = KEY): Promise<string> {
    sender.stdin?.write(`${key}\n`);
    const [line] = (await once(sender.stdout ?? sender, 'data')) as [Buffer];
    return line.toString().trim();
  }

  async function copy(send: string, receive: string, keys = [KEY, KEY]) {
    const [sender, receiver] = [start('send', send), start('receive', receive)];
    const received = text(receiver.child.stdout);
    const port = await listening(sender.child, keys[0]);
    receiver.child.stdin.write(`${keys[1] ?? ''} 127.0.0.1 ${port}\n`);
    const to = await receiver.ended;
    return { sender, to, received: await received };
  }

  it('gives to one command what the other has printed, all of it', async () => {
    const { sender, to, received } = await copy(
      'seq 1 400000; echo sent >&2',
      'sha256sum; echo came >&2; exit 3',
    );
    const expected = await text(spawn('sh', ['-c', 'seq 1 400000 | sha256sum']).stdout);
    expect(received).to.equal(expected);
    expect(to).to.deep.equal({ exitCode: 3, said: 'came\n' });
    expect(await sender.ended).to.deep.equal({ exitCode: 0, said: 'sent\n' });
  });

  it('has the exit code of the command that sends', async () => {
    const { sender, to } = await copy('echo x; exit 7', 'cat');
    expect(to.exitCode).to.equal(0);
    expect((await sender.ended).exitCode).to.equal(7);
  });

  it('gives nothing to who does not have its key, and waits on for who has', async () => {
    const { sender, to, received } = await copy('echo secret', 'cat', [KEY, OTHER_KEY]);
    expect({ code: to.exitCode, received }).to.deep.equal({ code: UNREACHABLE, received: '' });
    expect(sender.child.exitCode).to.equal(null);
  });

  it('takes nothing from who does not have its key', async () => {
    const { to, received } = await copy('echo forged', 'cat', [OTHER_KEY, KEY]);
    expect({ code: to.exitCode, received }).to.deep.equal({ code: UNREACHABLE, received: '' });
  });

  it('says so where nobody listens', async () => {
    const { sender, port } = { sender: start('send', 'echo x'), port: '1' };
    await listening(sender.child);
    const receiver = start('receive', 'cat');
    receiver.child.stdin.write(`${KEY} 127.0.0.1 ${port}\n`);
    expect((await receiver.ended).exitCode).to.equal(UNREACHABLE);
  });

  it('ends with the hook that wants it', async () => {
    const sender = start('send', 'echo x');
    await listening(sender.child);
    const receiver = start('receive', 'cat');
    for (const { child, ended } of [sender, receiver]) {
      child.stdin.end();
      expect((await ended).said).to.equal('the hook has left\n');
    }
  });

  it('fails when one end is gone, and leaves no command waiting at the other', async () => {
    const sender = start('send', 'yes');
    const receiver = start('receive', 'head -c 100000 > /dev/null; echo much >&2; cat > /dev/null');
    const port = await listening(sender.child);
    receiver.child.stdin.write(`${KEY} 127.0.0.1 ${port}\n`);
    await once(receiver.child.stderr, 'data');
    receiver.child.kill('SIGKILL');
    expect((await sender.ended).exitCode).to.equal(1);
  });

  it('has the exit code of the command that sends, too, where the receiver has all of it and resets the connection', async () => {
    const sender = start('send', 'echo all; sleep 0.5');
    const socket = connect(Number(await listening(sender.child)), '127.0.0.1');
    const secured = connectTls({
      socket,
      ciphers: 'PSK-AES128-GCM-SHA256',
      maxVersion: 'TLSv1.2',
      pskCallback: () => ({ psk: Buffer.from(KEY, 'hex'), identity: '' }),
      checkServerIdentity: () => undefined,
    });
    expect(String(await once(secured, 'data'))).to.equal('all\n');
    socket.resetAndDestroy();
    expect(await sender.ended).to.deep.equal({ exitCode: 0, said: '' });
  });

  it('ends with the command that receives when the connection is lost, and fails where it is sent', async () => {
    const sender = start('send', 'yes');
    const receiver = start(
      'receive',
      'head -c 100000 > /dev/null; echo much >&2; cat > /dev/null; echo end >&2',
    );
    const port = Number(await listening(sender.child));
    const relay = createServer((socket) => {
      const onwards = connect(port, '127.0.0.1');
      socket.pipe(onwards).on('error', () => undefined);
      onwards.pipe(socket).on('error', () => undefined);
      receiver.child.stderr.once('data', () => [socket, onwards].forEach((each) => each.resetAndDestroy()));
    });
    await once(relay.listen(0, '127.0.0.1'), 'listening');
    const address = relay.address();
    const way = typeof address === 'object' ? (address?.port ?? 0) : 0;
    receiver.child.stdin.write(`${KEY} 127.0.0.1 ${way}\n`);
    expect(await receiver.ended).to.deep.equal({ exitCode: 0, said: 'much\nend\n' });
    expect((await sender.ended).exitCode).to.equal(1);
    relay.close();
  });
});

/**
 * One end of a copy from a pod to another over the cluster's network: `node … send COMMAND…` listens and sends what the
 * command prints, `node … receive COMMAND…` connects and gives it to the command. The exit code is the command's.
 *
 * The key of this one copy comes on stdin, never in an argument. With it, both ends prove themselves to each other (TLS-PSK),
 * and nobody else reads along. stdin stays open as long as the hook wants the copy.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { connect, createServer } from 'node:tls';

const FAILED = 1;
/** The other end cannot be reached: a network policy, for instance. */
const UNREACHABLE = 75;
const CONNECT_MS = 3_000;
/** Until the receiver has started, and for a busy node. */
const AWAITED_MS = 20_000;
const SILENCE_MS = 60_000;
const TLS = { ciphers: 'PSK-AES128-GCM-SHA256', minVersion: 'TLSv1.2', maxVersion: 'TLSv1.2' };

const [, role, program, ...args] = process.argv;

function end(code, why) {
  process.stderr.write(`${why}\n`);
  process.exit(code);
}

function send(key) {
  const alone = setTimeout(() => end(UNREACHABLE, 'nobody has connected'), AWAITED_MS);
  const server = createServer({ ...TLS, pskCallback: () => key }, (socket) => {
    clearTimeout(alone);
    server.close();
    const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'inherit'] });
    child.on('error', ({ message }) => end(FAILED, message));
    // A receiver that is gone must not leave the command waiting.
    socket.on('error', () => undefined).on('close', () => child.stdout.destroy());
    socket.setTimeout(SILENCE_MS, () => socket.destroy());
    child.stdout.pipe(socket);
    // A receiver that has all of it may reset the connection: `once` would take that for a failure of ours.
    const closed = new Promise((resolve) => socket.once('close', resolve));
    Promise.all([once(child, 'close'), closed]).then(([[code]]) => process.exit(code ?? FAILED));
  });
  server.on('error', ({ message }) => end(FAILED, message));
  server.listen(0, () => process.stdout.write(`${server.address().port}\n`));
}

function receive(psk, host, port) {
  const unreachable = ({ message }) => end(UNREACHABLE, message);
  const late = setTimeout(() => unreachable({ message: 'no connection' }), CONNECT_MS);
  const options = {
    host,
    port,
    pskCallback: () => ({ psk, identity: '' }),
    checkServerIdentity: () => undefined,
  };
  const socket = connect({ ...TLS, ...options }, () => {
    clearTimeout(late);
    const child = spawn(program, args, { stdio: ['pipe', 'inherit', 'inherit'] });
    // What the command has read when the connection is lost is for its reader to judge: it has a total of its own.
    const cut = () => child.stdin.end();
    socket
      .off('error', unreachable)
      .on('error', cut)
      .setTimeout(SILENCE_MS, () => socket.destroy(new Error()));
    child.on('error', ({ message }) => end(FAILED, message));
    // Of a command that has ended early, the exit code says enough.
    child.stdin.on('error', () => undefined);
    child.on('close', (code) => process.exit(code ?? FAILED));
    socket.pipe(child.stdin);
  });
  socket.on('error', unreachable);
}

let input = '';
process.stdin.setEncoding('latin1');
process.stdin.on('end', () => end(FAILED, 'the hook has left'));
process.stdin.on('data', (text) => {
  if (input.endsWith('\n')) return;
  input += text;
  if (!input.endsWith('\n')) return;
  const [key, host, port] = input.trim().split(' ');
  if (role === 'send') send(Buffer.from(key, 'hex'));
  else receive(Buffer.from(key, 'hex'), host, Number(port));
});

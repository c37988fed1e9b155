import type { Readable, Writable } from 'node:stream';
import { WebSocket } from 'ws';
import type { Container } from './container.js';
import { exitCode, outputEnded, type Started, StartError } from './sandbox.js';

const CHANNEL = { stdin: 0, stdout: 1, stderr: 2, status: 3, close: 255 };
const BUFFER_LIMIT_BYTES = 1_048_576;

/** Versions of the protocol that the server speaks, the best first. */
export const EXEC_PROTOCOLS = ['v5.channel.k8s.io', 'v4.channel.k8s.io'];

export interface ExecRequest {
  command: string[];
  stdin: boolean;
  stdout: boolean;
  stderr: boolean;
}

/** Reads the options of `pods/exec` from the query. */
export function execRequest(query: URLSearchParams): ExecRequest {
  const on = (name: string) => ['true', '1'].includes(query.get(name) ?? '');
  return { command: query.getAll('command'), stdin: on('stdin'), stdout: on('stdout'), stderr: on('stderr') };
}

/** Runs a command in a container over a WebSocket: streams on channels 0 to 2, the outcome on channel 3. */
export async function serveExec(
  socket: WebSocket,
  container: Container | undefined,
  name: string,
  asked: ExecRequest,
) {
  const version = socket.protocol.startsWith('v5') ? 5 : 4;
  const lowest = asked.stdout ? CHANNEL.stdout : asked.stderr ? CHANNEL.stderr : CHANNEL.status;
  socket.send(Buffer.of(lowest));
  socket.pause(); // Until somebody listens: a client sends its input at once.
  const finish = (status: object) => {
    socket.send(Buffer.concat([Buffer.of(CHANNEL.status), Buffer.from(JSON.stringify(status))]));
    socket.close(1000);
    socket.resume();
  };
  if (!asked.stdin && !asked.stdout && !asked.stderr) {
    finish(
      internalError('unable to upgrade connection: you must specify at least 1 of stdin, stdout, stderr'),
    );
    return;
  }
  try {
    const started = await container?.enter(asked.command, asked.stdin ? 'pipe' : 'ignore');
    if (!started) {
      finish(internalError(`unable to upgrade connection: container not found ("${name}")`));
      return;
    }
    const code = await connect(socket, started, asked, version);
    finish(code === 0 ? { metadata: {}, status: 'Success' } : failure(code, asked.command, version));
  } catch (error) {
    if (!(error instanceof StartError)) throw error;
    const why = `OCI runtime exec failed: exec failed: ${error.message}: unknown`;
    finish(
      internalError(
        `Internal error occurred: error executing command in container: failed to exec in container: failed to start exec: ${why}`,
      ),
    );
  }
}

/** Passes the streams on. Settles with the exit code when the command and all that hold its output have ended. */
async function connect(
  socket: WebSocket,
  started: Started,
  asked: ExecRequest,
  version: number,
): Promise<number> {
  const { stdout, stderr } = started;
  const { stdin } = started.child;
  asked.stdout ? send(socket, CHANNEL.stdout, stdout) : stdout.resume();
  asked.stderr ? send(socket, CHANNEL.stderr, stderr) : stderr.resume();
  if (stdin) receive(socket, stdin, version);
  socket.on('close', () => {
    // As in containerd: the command lives on, its input ends, and nobody empties its output any more.
    stdin?.end();
    stdout.pause();
    stderr.pause();
  });
  socket.resume();
  const [code] = await Promise.all([exitCode(started.child), outputEnded(started)]);
  return code;
}

function send(socket: WebSocket, channel: number, stream: Readable): void {
  stream.on('data', (chunk: Buffer) => {
    if (socket.readyState !== WebSocket.OPEN) return;
    socket.send(Buffer.concat([Buffer.of(channel), chunk]), () => {
      if (socket.readyState === WebSocket.OPEN && socket.bufferedAmount < BUFFER_LIMIT_BYTES) stream.resume();
    });
    if (socket.bufferedAmount >= BUFFER_LIMIT_BYTES) stream.pause();
  });
}

function receive(socket: WebSocket, stdin: Writable, version: number): void {
  stdin.on('error', () => undefined); // The command may end without reading it.
  stdin.on('drain', () => socket.resume());
  socket.on('message', (data: Buffer) => {
    const [channel, closing] = data;
    if (channel === CHANNEL.stdin && !stdin.write(data.subarray(1)) && stdin.writable) socket.pause();
    if (version === 5 && channel === CHANNEL.close && closing === CHANNEL.stdin) stdin.end();
  });
}

function failure(code: number, command: string[], version: number): object {
  const detail =
    version === 5
      ? `command terminated with exit code ${code}`
      : `error executing command [${command.join(' ')}], exit code ${code}`;
  return {
    metadata: {},
    status: 'Failure',
    message: `command terminated with non-zero exit code: ${detail}`,
    reason: 'NonZeroExitCode',
    details: { causes: [{ reason: 'ExitCode', message: String(code) }] },
  };
}

function internalError(why: string): object {
  const message = `Internal error occurred: ${why}`;
  const details = { causes: [{ message: why }] };
  return { metadata: {}, status: 'Failure', message, reason: 'InternalError', details, code: 500 };
}

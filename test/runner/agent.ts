/**
 * Runs in a runner pod and offers its RunnerSimulator over stdin and stdout (wire.ts). The first argument is a JSON
 * object of AgentOptions; the environment is the pod's and is passed on to the hook.
 *
 * The simulator is in a process of its own behind a socket: the connection that carries stdin and stdout may be
 * cut, as when the API server is restarted, and the job goes on. The next start finds it again.
 */
import { spawn } from 'node:child_process';
import { connect } from 'node:net';
import type { Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { serve } from './agent-server.js';
import type { AgentOptions } from './agent-server.js';
import { decode } from './wire.js';

const START_ATTEMPTS = 500;
const START_PAUSE_MS = 20;

const [, script = '', text = '{}', mode] = process.argv;
const options = decode(text);
if (!isAgentOptions(options)) throw new Error('the first argument must be the options as JSON');
if (mode === 'serve') serve(options);
else void relay(options.socket);

async function relay(path: string): Promise<void> {
  const socket = await connected(path).catch(async () => {
    const server = spawn(process.execPath, [script, text, 'serve'], { detached: true, stdio: 'ignore' });
    server.unref();
    return connectedSoon(path);
  });
  process.stdin.pipe(socket).pipe(process.stdout);
  socket.on('close', () => process.exit());
}

async function connectedSoon(path: string): Promise<Socket> {
  for (let attempt = 0; attempt < START_ATTEMPTS; attempt++) {
    await sleep(START_PAUSE_MS);
    const socket = await connected(path).catch(() => null);
    if (socket !== null) return socket;
  }
  throw new Error(`the agent does not answer at ${path}`);
}

function connected(path: string): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connect(path, () => resolve(socket)).on('error', reject);
  });
}

function isAgentOptions(value: unknown): value is AgentOptions {
  return typeof value === 'object' && value !== null && 'hook' in value && 'socket' in value;
}

import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { Job } from '../../runner/job.js';
import { runnerFolders } from '../../runner/paths.js';
import type { Variables } from '../../runner/runner.js';
import type { Measurement } from './task.js';

const REPOSITORY = 'octo-org/hello-world';

/** Runs a command without input, in the environment that the runner gives a hook. @throws Error unless it succeeds */
export async function runCommand([file = '', ...args]: readonly string[]): Promise<Measurement> {
  const started = performance.now();
  const child = spawn(file, args, { env: hookEnvironment(), stdio: ['ignore', 'pipe', 'inherit'] });
  const hash = createHash('sha256');
  let bytes = 0;
  child.stdout.on('data', (chunk: Buffer) => {
    hash.update(chunk);
    bytes += chunk.length;
  });
  const closed = once(child, 'close');
  await once(child, 'exit');
  const ms = performance.now() - started;
  await closed;
  if (child.exitCode !== 0) throw new Error(`${file} ended with ${child.exitCode ?? child.signalCode ?? ''}`);
  return { ms, bytes, sha256: hash.digest('hex') };
}

/** Nothing is answered: the connection itself is the moment when the hook has loaded and read what it needs. */
export async function firstConnection(hook: string, input: string): Promise<Measurement> {
  const server = createServer((socket) => socket.on('error', () => undefined));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  const env = {
    ...hookEnvironment(),
    KUBERNETES_SERVICE_HOST: '127.0.0.1',
    KUBERNETES_SERVICE_PORT: String(port),
  };
  const connected = once(server, 'connection');
  const started = performance.now();
  const child = spawn(process.execPath, [hook], { env, stdio: ['pipe', 'inherit', 'inherit'] });
  const exited = once(child, 'exit').then(() => {
    throw new Error(`the hook ended with ${child.exitCode ?? child.signalCode ?? ''} before it connected`);
  });
  child.stdin.end(input);
  await Promise.race([connected, exited]);
  const ms = performance.now() - started;
  child.kill('SIGKILL');
  await exited.catch(() => undefined);
  server.close();
  return { ms, bytes: 0, sha256: '' };
}

/** What a runner gives a hook. */
export function hookEnvironment(): Variables {
  const own = Object.entries(process.env).flatMap(([name, value]) =>
    value === undefined ? [] : [[name, value]],
  );
  const name = process.env['ACTIONS_RUNNER_POD_NAME'] ?? '';
  const folders = runnerFolders(process.env['HOME'] ?? '/home/runner', '_work', REPOSITORY);
  return new Job(REPOSITORY, name, folders, {}).hookEnvironment(Object.fromEntries(own) as Variables);
}

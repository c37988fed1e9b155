import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { DIRECT_COPY } from '../agent/node-texts.js';
import type { Context } from '../context.js';
import { replacePlace } from '../files/no-links.js';
import type { RunnerPath } from '../model/paths.js';
import { asEnded, type End, type Ends } from './pump.js';
import { TarWords } from './tar-words.js';

/** The receiver ends so if it finds no way to the sender (agent/direct-copy.mjs). */
const UNREACHABLE = 75;
const PORT = /^(\d{1,5})\n/;
/** In `_temp`, which the runner empties before each job. */
const NO_WAY = '_temp/_podhooks/no-way-between-pods';

export interface DirectCopy {
  /** The runner's work folder, where it is remembered that pods do not reach each other. */
  work: RunnerPath;
  from: End;
  /** Of the pod that `from` is in. */
  address: string;
  to: End;
}

/**
 * Lets one command print what another one reads, from pod to pod over the cluster's network. That spares the API server,
 * the kubelets and the runner, which `pump` goes through. Only a way that is faster: @returns undefined where it leads nowhere.
 * @throws AbortError.
 */
export async function copyDirectly(
  { work, from, address, to }: DirectCopy,
  { cluster, out }: Context,
  signal: AbortSignal,
): Promise<Ends | undefined> {
  const noWay = { root: work, path: join(work, NO_WAY) };
  if (existsSync(noWay.path)) return undefined;
  const words = { from: new TarWords(), to: new TarWords() };
  const listening = new PortReading();
  const starting = [
    cluster.exec(from.pod, from.container, byNode('send', from), {
      onStdout: (chunk) => listening.take(chunk),
      onStderr: (chunk) => words.from.take(chunk),
    }),
    cluster.exec(to.pod, to.container, byNode('receive', to), {
      onStdout: () => undefined,
      onStderr: (chunk) => words.to.take(chunk),
    }),
  ] as const;
  /** Also an end that has yet to start: it would wait for its key. */
  const leave = () => {
    for (const session of starting)
      session.then(
        (started) => started.close(),
        () => undefined,
      );
  };
  signal.addEventListener('abort', leave, { once: true });
  try {
    const [sender, receiver] = await Promise.all(starting);
    signal.throwIfAborted();
    // Only they know it, and only for this copy.
    const key = randomBytes(32).toString('hex');
    await sender.write(`${key}\n`);
    const port = await Promise.race([listening.port, sender.done.then(() => undefined)]);
    if (port === undefined) throw new Error(`the sender ended: ${words.from.diagnostic}`);
    await receiver.write(`${key} ${address} ${port}\n`);
    const received = await receiver.done;
    if (received.exitCode === UNREACHABLE) {
      replacePlace(noWay, Buffer.alloc(0));
      throw new Error(`pod ${to.pod} does not reach port ${port} of ${address}: ${words.to.diagnostic}`);
    }
    if (received.exitCode !== 0) throw new Error(`the receiver ended: ${words.to.diagnostic}`);
    const sent = await sender.done;
    return { from: asEnded(sent.exitCode, words.from), to: asEnded(received.exitCode, words.to) };
  } catch (error) {
    signal.throwIfAborted();
    out.debug(`not copied directly from pod ${from.pod} to pod ${to.pod}: ${String(error)}`);
    return undefined;
  } finally {
    signal.removeEventListener('abort', leave);
    leave();
  }
}

/** The helper has the Node of the runner, which this process runs on. */
function byNode(role: string, { command }: End): string[] {
  return [process.execPath, '--input-type=module', '-e', DIRECT_COPY, role, ...command];
}

/** The sender prints the port on which it listens. */
class PortReading {
  private text = '';
  private found: (port: string) => void = () => undefined;
  readonly port = new Promise<string>((resolve) => (this.found = resolve));

  take(chunk: Buffer): void {
    this.text = (this.text + chunk.toString('latin1')).slice(0, 100);
    const [, port] = PORT.exec(this.text) ?? [];
    if (port !== undefined) this.found(port);
  }
}

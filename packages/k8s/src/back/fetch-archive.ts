import { createHash } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { ConnectionError } from '../cluster/api-error.js';
import type { ExecSession } from '../cluster/exec.js';
import { mayStartLater } from '../cluster/failures.js';
import { Backoff, RECONNECT_DELAY_MS } from '../cluster/retry.js';
import type { Context } from '../context.js';
import { Deadline } from '../deadline.js';
import { HELPER_CONTAINER } from '../model/names.js';
import { BULK } from '../agent/bulk.js';
import type { ByteName } from '../agent/byte-name.js';
import type { Receiver } from './receive.js';
import { BadArchive } from './tar-reader.js';

/** Nothing of an archive has come for so long. */
const SILENCE_MS = 60_000;
/** For the largest archive on a slow network. */
const WHOLE_MS = 1_800_000;
/** Its `ok` has left the hook: whether the command has seen it matters to the next step only. */
const ACKNOWLEDGED_MS = 5_000;
const DIGEST = /^([0-9a-f]{64})\n/;

/**
 * Fetches the archive of a step through an exec in the helper. A connection that is lost is made anew, and goes on behind the
 * last file that is in place.
 * @throws BadArchive; ConnectionError, ApiError after `apiRetrySeconds` without another file; Error of the kernel.
 */
export async function fetchArchive(
  context: Context,
  pod: string,
  id: string,
  receiver: Receiver,
): Promise<void> {
  const { settings, cancelled, out } = context;
  const whole = new Deadline(WHOLE_MS);
  let retries = new Deadline(settings.apiRetrySeconds * 1000);
  const backoff = new Backoff({ firstMs: RECONNECT_DELAY_MS });
  for (;;) {
    const { last } = receiver;
    try {
      await oneConnection(context, pod, id, receiver);
      return;
    } catch (error) {
      if (receiver.last !== last) {
        retries = new Deadline(settings.apiRetrySeconds * 1000);
        backoff.reset();
      }
      if (cancelled.aborted || whole.hasPassed || retries.hasPassed || !mayStartLater(error)) throw error;
      out.debug(`copying from pod ${pod} was cut, and goes on: ${String(error)}`);
      receiver.restart();
      await sleep(backoff.next(error), undefined, { signal: cancelled });
    }
  }
}

async function oneConnection(
  { cluster, cancelled }: Context,
  pod: string,
  id: string,
  receiver: Receiver,
): Promise<void> {
  const name = `copying from pod ${pod}`;
  const hash = createHash('sha256');
  const attempt = new Attempt(name, cancelled);
  let digest = '';
  const check = () => {
    if (receiver.complete && DIGEST.test(digest)) attempt.succeed();
  };
  let session: ExecSession | undefined;
  try {
    session = await cluster.exec(
      pod,
      HELPER_CONTAINER,
      ['bash', '-c', BULK, 'bulk', id, escaped(receiver.last ?? '')],
      {
        onStdout: (chunk) =>
          attempt.during(() => {
            hash.update(chunk);
            receiver.push(chunk);
            check();
          }),
        onStderr: (chunk) =>
          attempt.during(() => {
            digest = (digest + chunk.toString('latin1')).slice(0, 200);
            check();
          }),
      },
    );
    const ended = session.done.then(({ exitCode }) => {
      throw exitCode === 3
        ? new BadArchive('the agent has thrown the archive away, as later steps have ended since')
        : new ConnectionError(name, `bash ended with exit code ${exitCode}: ${digest}`);
    });
    await Promise.race([attempt.result, ended]);
    if (DIGEST.exec(digest)?.[1] !== hash.digest('hex'))
      throw new BadArchive('what came is not what was sent: the digests differ');
    await session.write('ok\n');
    await Promise.race([session.done, sleep(ACKNOWLEDGED_MS, undefined, { ref: false })]).catch(
      () => undefined,
    );
  } finally {
    attempt.stop();
    session?.close();
  }
}

/** Ends with what a handler throws, with the cancellation, or with silence. */
class Attempt {
  succeed: () => void = () => undefined;
  private fail: (error: unknown) => void = () => undefined;
  private readonly timer: NodeJS.Timeout;
  readonly result = new Promise<void>((resolve, reject) => {
    this.succeed = resolve;
    this.fail = reject;
  });
  private readonly abort = () => this.fail(new Error('the step was cancelled before its files were copied'));

  constructor(
    name: string,
    private readonly cancelled: AbortSignal,
  ) {
    this.result.catch(() => undefined);
    this.timer = setTimeout(
      () => this.fail(new ConnectionError(name, `nothing came for ${SILENCE_MS / 1000} s`)),
      SILENCE_MS,
    );
    if (cancelled.aborted) this.abort();
    cancelled.addEventListener('abort', this.abort, { once: true });
  }

  during(action: () => void): void {
    this.timer.refresh();
    try {
      action();
    } catch (error) {
      this.fail(error);
    }
  }

  stop(): void {
    clearTimeout(this.timer);
    this.cancelled.removeEventListener('abort', this.abort);
  }
}

/** For printf's %b: an argument of an exec must be UTF-8, a name need not be. */
function escaped(name: ByteName): string {
  return [...Buffer.from(name, 'latin1')].map((byte) => `\\x${byte.toString(16).padStart(2, '0')}`).join('');
}

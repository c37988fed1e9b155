import { createHash } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { HookError } from '@podhooks/hooklib';
import { v4 as uuid } from 'uuid';
import { DAMAGED, RECEIVE_PARTS } from '../agent/receive-parts.js';
import { LeftOut } from '../back/left-out.js';
import { ConnectionError } from '../cluster/api-error.js';
import type { Cluster } from '../cluster/cluster.js';
import { Deadline } from '../deadline.js';
import type { ExecSession } from '../cluster/exec.js';
import { isNotFound, mayStartLater } from '../cluster/failures.js';
import { Backoff } from '../cluster/retry.js';
import { HELPER_CONTAINER } from '../model/names.js';
import { type Choice, hasFiles, type Item, itemsOf, packItems } from './pack.js';
import { partsOf } from './parts.js';

/** A helper that does not run yet is about to. */
const NOT_RUNNING_MS = 100;
/** A frame costs a process in the helper. */
const FRAME_BYTES = 4 * 1024 * 1024;

export interface WorkTransfer extends Choice {
  cluster: Cluster;
  pod: string;
  /** Options of tar in the helper. */
  tarOptions?: readonly string[];
  /** Is told of what cannot be copied. */
  warn: (text: string) => void;
  /** How long it is tried again, counted from the first failure. */
  retryMs: number;
  /** Told how far it has come, and of each failure that leads to another try. */
  onProgress?: (seen: string) => void;
}

/**
 * Copies files of the runner's work folder into the pod, through the helper. It can begin while the job image is being pulled.
 * A transfer that is cut goes on behind the last part that is in place.
 * @throws HookError FILES_LOST; AbortError.
 */
export async function sendWorkFolder(transfer: WorkTransfer, signal: AbortSignal): Promise<void> {
  if (!hasFiles(transfer, new LeftOut())) return;
  const sending = new Sending(transfer, signal);
  let deadline: Deadline | undefined;
  const lostConnection = new Backoff();
  const notRunning = new Backoff({ firstMs: NOT_RUNNING_MS, longestMs: NOT_RUNNING_MS });
  for (;;) {
    const { inPlace } = sending;
    try {
      const { exitCode, diagnostic } = await sending.oneConnection();
      if (exitCode === DAMAGED)
        throw new ConnectionError(`copying into pod ${transfer.pod}`, 'what came is not what was sent');
      if (exitCode !== 0) throw lost(`tar in the helper ended with exit code ${exitCode}: ${diagnostic}`);
      const { lines } = sending.leftOut;
      if (lines.length > 0) transfer.warn(`Not copied from the runner to the pod: ${lines.join('; ')}.`);
      return;
    } catch (error) {
      signal.throwIfAborted();
      if (!mayStartLater(error) || isNotFound(error)) throw error;
      transfer.onProgress?.(error instanceof Error ? error.message : String(error));
      if (sending.inPlace > inPlace) {
        deadline = undefined;
        lostConnection.reset();
      }
      deadline ??= new Deadline(transfer.retryMs);
      if (deadline.hasPassed) throw error instanceof ConnectionError ? lost(error.message, error) : error;
      const backoff = error instanceof ConnectionError ? lostConnection : notRunning;
      await sleep(backoff.next(error), undefined, { signal });
    }
  }
}

/** A transfer over as many connections as it takes. */
class Sending {
  /** Of parts. */
  inPlace = 0;
  readonly leftOut = new LeftOut();
  private readonly id = uuid();
  private readonly parts: Iterator<Item[]>;
  /** Parts that were sent, and perhaps not received. */
  private readonly open: Item[][] = [];
  private sentBytes = 0;

  constructor(
    private readonly transfer: WorkTransfer,
    private readonly signal: AbortSignal,
  ) {
    this.parts = partsOf(itemsOf(transfer, this.leftOut));
  }

  async oneConnection(): Promise<{ exitCode: number; diagnostic: string }> {
    const { cluster, pod, tarOptions = [] } = this.transfer;
    const diagnostic: Buffer[] = [];
    let begin: () => void = () => undefined;
    // Bytes sent to a container that does not run yet would be lost.
    const ready = new Promise<void>((resolve) => (begin = resolve));
    let text = '';
    const command = ['bash', '-c', RECEIVE_PARTS, 'receive', this.id, `${this.inPlace}`, ...tarOptions];
    const session = await cluster.exec(pod, HELPER_CONTAINER, command, {
      onStdout: (chunk) => {
        const lines = (text + chunk.toString('latin1')).split('\n');
        text = lines.pop() ?? '';
        for (const line of lines) this.areInPlace(Number(line));
        if (lines.length > 0) begin();
      },
      onStderr: (chunk) => void diagnostic.push(chunk),
    });
    const leave = () => session.close();
    this.signal.addEventListener('abort', leave, { once: true });
    try {
      // While the connection was being made, nobody listened.
      this.signal.throwIfAborted();
      await Promise.race([ready, session.done]);
      this.progress();
      for (const part of [...this.open]) await this.send(part, session);
      for (let next = this.parts.next(); next.done !== true; next = this.parts.next()) {
        this.open.push(next.value);
        await this.send(next.value, session);
      }
      await session.write('end\n');
      session.endInput();
      const { exitCode } = await session.done;
      return { exitCode, diagnostic: Buffer.concat(diagnostic).toString('utf8').trim() };
    } finally {
      this.signal.removeEventListener('abort', leave);
      session.close();
    }
  }

  private areInPlace(count: number): void {
    for (; this.inPlace < count && this.open.length > 0; this.inPlace++) this.open.shift();
  }

  private async send(part: readonly Item[], session: ExecSession): Promise<void> {
    const hash = createHash('sha256');
    await session.write('part\n');
    for await (const frame of framesOf(packItems(part, this.leftOut))) {
      await session.write(`${frame.reduce((bytes, piece) => bytes + piece.length, 0)}\n`);
      for (const piece of frame) {
        hash.update(piece);
        await session.write(piece);
        this.sentBytes += piece.length;
        this.progress();
      }
    }
    await session.write(`0\n${hash.digest('hex')}\n`);
  }

  private progress(): void {
    this.transfer.onProgress?.(`${this.sentBytes} bytes were sent, and tar in the helper has not ended`);
  }
}

async function* framesOf(pieces: AsyncIterable<Buffer>): AsyncGenerator<Buffer[]> {
  let frame: Buffer[] = [];
  let bytes = 0;
  for await (const piece of pieces) {
    frame.push(piece);
    bytes += piece.length;
    if (bytes < FRAME_BYTES) continue;
    yield frame;
    frame = [];
    bytes = 0;
  }
  if (frame.length > 0) yield frame;
}

export function lost(why: string, cause?: unknown): HookError {
  return new HookError('FILES_LOST', `The work folder could not be copied into the job pod: ${why}`, {
    cause,
    hint: 'Check that the runner image has bash, GNU tar and coreutils, and the room on the disk of the node.',
  });
}

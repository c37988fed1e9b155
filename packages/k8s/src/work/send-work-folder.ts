import { setTimeout as sleep } from 'node:timers/promises';
import { HookError } from '@podhooks/hooklib';
import { ConnectionError } from '../cluster/api-error.js';
import type { Cluster } from '../cluster/cluster.js';
import { Deadline } from '../deadline.js';
import { isNotFound, mayStartLater } from '../cluster/failures.js';
import { Backoff } from '../cluster/retry.js';
import { HELPER_CONTAINER } from '../model/names.js';
import { type RunnerPath, WORK_MOUNT } from '../model/paths.js';
import { type Entry, folderIn, hasFiles, packFolder } from './pack.js';

/** A helper that does not run yet is about to. */
const NOT_RUNNING_MS = 100;

export interface WorkTransfer {
  cluster: Cluster;
  pod: string;
  work: RunnerPath;
  /** Which folder of the work folder; '' for all of it. */
  folder: string;
  /** Folders, relative to the work folder, that the pod has anyway and that may belong to another user there. */
  existing: readonly string[];
  /** Is told of what cannot be copied. */
  warn: (text: string) => void;
  /** How long it is tried again, counted from the first failure. */
  retryMs: number;
  /** Told how far it has come, and of each failure that leads to another try. */
  onProgress?: (seen: string) => void;
}

/**
 * Copies a folder of the runner's work folder into the pod, through the helper. It can begin while the job image is being pulled.
 * @throws HookError FILES_LOST; AbortError.
 */
export async function sendWorkFolder(transferred: WorkTransfer, signal: AbortSignal): Promise<void> {
  const folder = folderIn(transferred.work, transferred.folder);
  if (!hasFiles(folder)) return;
  let deadline: Deadline | undefined;
  const skipped = new Set<string>();
  // A transfer that is cut begins again: tar overwrites what is there.
  const lostConnection = new Backoff();
  const notRunning = new Backoff({ firstMs: NOT_RUNNING_MS, longestMs: NOT_RUNNING_MS });
  for (;;) {
    try {
      const { exitCode, words } = await transfer(transferred, folder, skipped, signal);
      if (exitCode === 0) {
        if (skipped.size > 0) transferred.warn(notUtf8(skipped));
        return;
      }
      throw lost(`tar in the helper ended with exit code ${exitCode}: ${words}`);
    } catch (error) {
      signal.throwIfAborted();
      if (!mayStartLater(error) || isNotFound(error)) throw error;
      transferred.onProgress?.(error instanceof Error ? error.message : String(error));
      deadline ??= new Deadline(transferred.retryMs);
      if (deadline.hasPassed) throw error instanceof ConnectionError ? lost(error.message, error) : error;
      const backoff = error instanceof ConnectionError ? lostConnection : notRunning;
      await sleep(backoff.next(error), undefined, { signal });
    }
  }
}

/** Says when it is there: bytes sent to a container that does not run yet would be lost, and its answer with them. */
const EXTRACT = `echo ready; umask 0; exec tar -x -p -f - -C ${WORK_MOUNT}`;

async function transfer(
  { cluster, pod, existing, onProgress }: WorkTransfer,
  folder: Entry,
  skipped: Set<string>,
  signal: AbortSignal,
): Promise<{ exitCode: number; words: string }> {
  const words: Buffer[] = [];
  let begin: () => void = () => undefined;
  const ready = new Promise<void>((resolve) => (begin = resolve));
  const session = await cluster.exec(pod, HELPER_CONTAINER, ['sh', '-c', EXTRACT], {
    onStdout: () => begin(),
    onStderr: (chunk) => void words.push(chunk),
  });
  const leave = () => session.close();
  signal.addEventListener('abort', leave, { once: true });
  try {
    // While the connection was being made, nobody listened.
    signal.throwIfAborted();
    await Promise.race([ready, session.done]);
    let sentBytes = 0;
    const progress = () => onProgress?.(`${sentBytes} bytes were sent, and tar in the helper has not ended`);
    progress();
    for await (const piece of packFolder(folder, existing, skipped)) {
      await session.write(piece);
      sentBytes += piece.length;
      progress();
    }
    session.endInput();
    const { exitCode } = await session.done;
    return { exitCode, words: Buffer.concat(words).toString('utf8').trim() };
  } finally {
    signal.removeEventListener('abort', leave);
    session.close();
  }
}

function notUtf8(names: ReadonlySet<string>): string {
  const entries = names.size === 1 ? 'is 1 entry' : `are ${names.size} entries`;
  return `In the work folder there ${entries} whose name or link target is not UTF-8: not copied into the job pod: ${[...names].slice(0, 5).join(', ')}`;
}

export function lost(why: string, cause?: unknown): HookError {
  return new HookError('FILES_LOST', `The work folder could not be copied into the job pod: ${why}`, {
    cause,
    hint: 'Check that the runner image has tar, and the room on the disk of the node.',
  });
}

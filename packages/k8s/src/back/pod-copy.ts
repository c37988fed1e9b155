import { HookError } from '@podhooks/hooklib';
import { withRetries } from '../cluster/retry.js';
import type { Context } from '../context.js';
import { copyDirectly, type DirectCopy } from './direct-copy.js';
import { type End, type Ended, type Ends, pump } from './pump.js';

const COPY_ATTEMPTS = 3;

/**
 * Copies from pod to pod what tars with `--totals` print and read. A transfer that is cut, or loses its end on the way,
 * begins again.
 * @param direct for a large one: the way that is tried first.
 * @returns how the sending end has ended, with what it has to say.
 * @throws HookError FILES_LOST; AbortError.
 */
export async function copyBetweenPods(
  { from, to, direct }: { from: End; to: End; direct?: Omit<DirectCopy, 'from' | 'to'> | undefined },
  context: Context,
  signal: AbortSignal,
): Promise<Ended> {
  const { cluster, settings, out } = context;
  const directly = direct && (await copyDirectly({ ...direct, from, to }, context, signal));
  if (directly !== undefined) {
    out.debug(
      `${isWhole(directly) ? 'copied' : 'not wholly copied'} directly from pod ${from.pod} to pod ${to.pod}`,
    );
    if (isWhole(directly)) return directly.from;
  }
  const policy = { budgetMs: settings.apiRetrySeconds * 1000 };
  const once = () => withRetries(() => pump(cluster, from, to, signal), policy, signal);
  let ended = await once();
  for (let attempt = 1; attempt < COPY_ATTEMPTS && isCutShort(ended); attempt++) {
    out.debug(`copied again from ${from.pod} to ${to.pod}: ${ended.to.diagnostic}`);
    ended = await once();
  }
  const where = `from pod ${from.pod} to pod ${to.pod}:`;
  for (const { exitCode, diagnostic } of [ended.from, ended.to])
    if (exitCode !== 0) throw filesLost(`${where} tar ended with exit code ${exitCode}: ${diagnostic}`);
  const [sent, came] = [ended.from, ended.to].map(({ totalBytes }) => totalBytes ?? 'an unknown number');
  if (isCutShort(ended)) throw filesLost(`${where} ${came} of ${sent} bytes arrived`);
  return ended.from;
}

function isWhole(ends: Ends): boolean {
  return ends.from.exitCode === 0 && ends.to.exitCode === 0 && !isCutShort(ends);
}

/**
 * The sender has printed all of it, and the receiver has seen less: a busy node can lose the end of an exec's output. Where that
 * is amid a file, tar says so; between two files only the totals differ.
 */
function isCutShort({ from, to }: Ends): boolean {
  if (from.exitCode !== 0) return false;
  if (to.exitCode !== 0) return to.diagnostic.includes('Unexpected EOF');
  return from.totalBytes === undefined || from.totalBytes !== to.totalBytes;
}

export function filesLost(why: string): HookError {
  return new HookError('FILES_LOST', `The work folder could not be copied ${why}`, {
    hint: 'Check that the runner image has bash, GNU find and GNU tar, and the room on the disk of the node.',
  });
}

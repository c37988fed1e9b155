import { setTimeout as sleep } from 'node:timers/promises';
import { ApiError, explain } from '../cluster/api-error.js';
import { isDenied, isNotFound, isTransient } from '../cluster/failures.js';
import { Backoff, RECONNECT_DELAY_MS } from '../cluster/retry.js';
import { type ActionEnd, actionEnd } from './action-end.js';
import { Deadline } from '../deadline.js';
import { JOB_CONTAINER } from '../model/names.js';
import { StampedLog } from '../step/stamped-log.js';
import type { Context } from '../context.js';
import { LOOK_AGAIN_MS, LOOKS, podDeleted } from '../pods/why-gone.js';

/** The kubelet sees within about a second that a container has ended; its log ends at once. */
const POLL_ENDED_MS = 100;
const ENDED_SOON_MS = 3_000;
/** Of an action whose pod or node is lost, the log is asked for once, and not for long. */
const LOST_LOG_MS = 5_000;
/** 128 + SIGKILL, 128 + SIGTERM: an eviction looks like this before the kubelet calls it one. */
const KILLED = [137, 143];

/**
 * Passes on what a docker action prints until it has ended, over as many connections as it takes. Only the state of the
 * pod says that it has, and how.
 * @param cut breaks off the reading, for something is known to have ended the action.
 * @throws HookError STEP_LOST if the pod is gone, API_UNREACHABLE after `stepReconnectSeconds` without any answer.
 */
export async function followAction(
  pod: string,
  context: Context,
  signal: AbortSignal,
  cut?: AbortSignal,
): Promise<ActionEnd> {
  const { out, settings } = context;
  const reader = new ActionReader(pod, context, signal);
  const backoff = new Backoff({ firstMs: RECONNECT_DELAY_MS });
  for (;;) {
    const before = reader.log.passed;
    const fault = await reader.read(true, settings.heartbeatDeadlineMs, cut);
    const soon = new Deadline(fault === undefined ? ENDED_SOON_MS : 0);
    let end = await reader.look();
    while (end === undefined && !soon.hasPassed) {
      await sleep(POLL_ENDED_MS, undefined, { signal });
      end = await reader.look();
    }
    if (end !== undefined) {
      await drain(reader, end, context);
      return await settled(end, reader, signal);
    }
    if (reader.log.passed > before) backoff.reset();
    const wait = Math.min(backoff.next(fault), settings.stepReconnectSeconds * 1000);
    out.debug(
      `the log of the action ended at byte ${reader.log.passed}: ${fault?.message ?? reader.log.words}; again in ${Math.round(wait)} ms`,
    );
    await sleep(wait, undefined, { signal });
  }
}

/** The action has ended; its log is read on until nothing more comes of it. What is lost may have none any more. */
async function drain(reader: ActionReader, end: ActionEnd, context: Context): Promise<void> {
  const { out, settings, cancelled } = context;
  const budgetMs = end.kind === 'lost' ? 0 : settings.apiRetrySeconds * 1000;
  const silenceMs = end.kind === 'lost' ? LOST_LOG_MS : settings.heartbeatDeadlineMs;
  let deadline = new Deadline(budgetMs);
  const backoff = new Backoff({ firstMs: RECONNECT_DELAY_MS });
  for (;;) {
    const before = reader.log.passed;
    const fault = await reader.read(false, silenceMs);
    const hasMore = reader.log.passed > before;
    if (!hasMore && fault === undefined && reader.log.words === '') break;
    if (hasMore) deadline = new Deadline(budgetMs);
    else if (isNotFound(fault) || deadline.hasPassed) {
      const why = fault?.message ?? reader.log.words;
      const words = `The end of the action's output is lost, behind byte ${reader.log.passed}: ${why}`;
      if (end.kind === 'lost' || cancelled.aborted) out.debug(words);
      else out.warning(words);
      break;
    }
    if (fault !== undefined) await sleep(backoff.next(fault), undefined, { signal: reader.signal });
  }
  if (reader.log.hasGap)
    out.warning(
      "Some of the action's output may be missing: it printed more, and faster, than the kubelet lets be read before it moves a log aside (containerLogMaxSize).",
    );
}

/** Looked at again where the pod's status may not be the last word. */
async function settled(end: ActionEnd, reader: ActionReader, signal: AbortSignal): Promise<ActionEnd> {
  let last = end;
  for (let look = 1; look < LOOKS && last.kind === 'exited' && KILLED.includes(last.exitCode); look++) {
    await sleep(LOOK_AGAIN_MS, undefined, { signal });
    last = (await reader.look()) ?? last;
  }
  return last;
}

class ActionReader {
  readonly log = new StampedLog();
  private lost: Deadline | undefined;

  constructor(
    private readonly pod: string,
    private readonly context: Context,
    readonly signal: AbortSignal,
  ) {}

  /** One reading of the log, on from where the one before has ended. @returns why it ended early. */
  async read(follow: boolean, silenceMs: number, cut?: AbortSignal): Promise<Error | undefined> {
    const { cluster, out } = this.context;
    const { log, signal } = this;
    log.restart();
    const reading = {
      container: JOB_CONTAINER,
      follow,
      since: log.since,
      silenceMs,
      onBytes: (chunk: Buffer) => {
        const bytes = log.take(chunk);
        return bytes.length === 0 ? undefined : out.write(bytes);
      },
    };
    try {
      await cluster.readLog(this.pod, reading, cut === undefined ? signal : AbortSignal.any([signal, cut]));
      return undefined;
    } catch (error) {
      signal.throwIfAborted();
      if (cut?.aborted === true) return undefined;
      if (isDenied(error)) throw explain(error, cluster.server);
      if (error instanceof ApiError || isTransient(error)) return error;
      throw error;
    }
  }

  /** How the action has ended; undefined if it has not, or if nobody answers. */
  async look(): Promise<ActionEnd | undefined> {
    const { cluster, settings } = this.context;
    try {
      const end = actionEnd(await cluster.getPod(this.pod, this.signal));
      this.lost = undefined;
      return end;
    } catch (error) {
      this.signal.throwIfAborted();
      if (isNotFound(error)) throw podDeleted(this.pod);
      if (!isTransient(error)) throw explain(error, cluster.server);
      this.lost ??= new Deadline(settings.stepReconnectSeconds * 1000);
      if (this.lost.hasPassed) throw explain(error, cluster.server);
      return undefined;
    }
  }
}

import { setTimeout as sleep } from 'node:timers/promises';
import { HookError } from '@podhooks/hooklib';
import { v4 as uuid } from 'uuid';
import {
  ASK_AGENT,
  FIND_CHANGES,
  NOTHING_CHANGED,
  OPEN_GATE,
  putChanges,
  RECEIVE_FOLDERS,
  SEND_CHANGES,
  SEND_FOLDERS,
  stageChanges,
  unstage,
} from '../agent/action-files.js';
import { bringBack } from '../back/bring-back.js';
import { collectBytes } from '../cluster/collect.js';
import { mayStartLater } from '../cluster/failures.js';
import { Backoff, withRetries } from '../cluster/retry.js';
import { HELPER_CONTAINER, JOB_CONTAINER } from '../model/names.js';
import { below, type RunnerPath } from '../model/paths.js';
import { filesBackLimits } from '../settings/files-back.js';
import { readFileCommands } from './action-file-commands.js';
import type { ActionSharing, SharedAction } from './action-sharing.js';
import { markKnown } from './fresh.js';
import { type End, type Ended, pump } from '../back/pump.js';
import { sendWorkFolder } from './send-work-folder.js';

const COPY_ATTEMPTS = 3;
/** The agent gives no more in an answer (INLINE_BYTES, and links). */
const LARGEST_ANSWER_BYTES = 3 * 2 ** 20;
/** What each step brings itself, from the runner. */
const OF_THE_STEP = ['_temp/_runner_file_commands', '_temp/_github_workflow'];

/**
 * The action's pod has a work folder of its own. Its files come from the job pod, which has them all: of what steps make,
 * some stays there (`files.back.exclude`). What the action changes goes to the runner as after a script step, and to the job pod.
 */
export class CopiedAction implements ActionSharing {
  constructor(private readonly action: SharedAction) {}

  prepare(): void {
    // The runner's files are read, and never written by the action.
  }

  async share(pod: string, signal: AbortSignal): Promise<void> {
    const { jobPod, args, work } = this.action;
    await this.helperRuns(pod, signal);
    if (jobPod === undefined) await this.send(pod, this.roots, signal);
    else {
      const from = helperOf(jobPod, 'bash', SEND_FOLDERS, ...this.roots);
      const { diagnostic } = await this.copy(from, helperOf(pod, 'sh', RECEIVE_FOLDERS), signal);
      if (diagnostic !== '') this.action.context.out.warning(notCopied("into the action's pod", diagnostic));
    }
    const { GITHUB_ACTION_PATH: path } = args.environmentVariables;
    const actions = [path, args.dockerfile ?? undefined].flatMap((each) => actionFolder(each, work) ?? []);
    await this.send(pod, [...OF_THE_STEP, ...new Set(actions)], signal);
    await this.action.kept?.send(pod, signal);
    const opened = await this.run(
      helperOf(pod, 'bash', OPEN_GATE, this.back ? uuid() : '', ...this.roots),
      signal,
    );
    if (opened.exitCode !== 0) throw filesLost(`into the pod of the docker action: ${opened.stderr.trim()}`);
  }

  async takeBack(pod: string): Promise<void> {
    const { context, jobPod, work } = this.action;
    const { cancelled } = context;
    // The pod is going.
    if (cancelled.aborted) return;
    await readFileCommands(pod, work, context);
    await this.bringToRunner(pod);
    if (jobPod !== undefined) await this.bringToJob(pod, jobPod, cancelled);
    await this.action.kept?.bring(pod);
  }

  finish(): void {
    // The action had nothing of the runner's.
  }

  private get roots(): string[] {
    const { repository } = this.action;
    return [...(repository === undefined ? [] : [repository]), '_temp'];
  }

  private get back(): boolean {
    const { repository, context } = this.action;
    return repository !== undefined && filesBackLimits(context.settings) !== undefined;
  }

  /** Its status says so only when its hook has ended, which waits for the files. */
  private async helperRuns(pod: string, signal: AbortSignal): Promise<void> {
    const backoff = new Backoff({ factor: 1.5 });
    for (;;) {
      try {
        const { cluster } = this.action.context;
        const { exitCode } = await collectBytes(cluster, helperOf(pod, 'sh', ':'), signal);
        if (exitCode === 0) return;
      } catch (error) {
        if (!mayStartLater(error)) throw error;
        await sleep(backoff.next(error), undefined, { signal });
      }
    }
  }

  /** From the runner. */
  private async send(pod: string, names: readonly string[], signal: AbortSignal): Promise<void> {
    const { work, context } = this.action;
    const { cluster, settings, out } = context;
    const retryMs = settings.apiRetrySeconds * 1000;
    const warn = (text: string) => out.warning(text);
    await sendWorkFolder({ cluster, pod, work, names, existing: [], warn, retryMs }, signal);
  }

  private async bringToRunner(pod: string): Promise<void> {
    const { context, work, repository } = this.action;
    if (!this.back || repository === undefined) return;
    const command = helperOf(pod, 'bash', ASK_AGENT, uuid());
    const { exitCode, stdout } = await this.run(
      { ...command, limitBytes: LARGEST_ANSWER_BYTES },
      context.cancelled,
    );
    if (exitCode === 0 && stdout.equals(Buffer.from('same\n'))) return;
    await bringBack(context, { pod, work, repository, answer: exitCode === 0 ? stdout : undefined });
    markKnown(work);
  }

  private async bringToJob(pod: string, jobPod: string, signal: AbortSignal): Promise<void> {
    const { out } = this.action.context;
    const found = await this.run(helperOf(pod, 'bash', FIND_CHANGES, ...this.roots), signal);
    if (found.exitCode === NOTHING_CHANGED) return;
    if (found.exitCode !== 0)
      throw filesLost(`from the docker action into the job pod: ${found.stderr.trim()}`);
    const id = uuid();
    const to = helperOf(jobPod, 'sh', stageChanges(id));
    const { diagnostic } = await this.copy(helperOf(pod, 'sh', SEND_CHANGES), to, signal);
    const put = { pod: jobPod, container: JOB_CONTAINER, command: ['sh', '-c', putChanges(id)] };
    const { exitCode, stderr } = await this.run(put, signal);
    await this.run(helperOf(jobPod, 'sh', unstage(id)), signal);
    const faults = [diagnostic, ...(exitCode === 0 ? [] : [stderr.trim() || `exit code ${exitCode}`])];
    const text = faults.filter((fault) => fault !== '').join('\n');
    if (text !== '') out.warning(notCopied('from the docker action into the job pod', text));
  }

  /** From pod to pod. A transfer that is cut, or loses its end on the way, begins again. @returns what the sending end has to say. */
  private async copy(from: End, to: End, signal: AbortSignal): Promise<Ended> {
    const { cluster, settings } = this.action.context;
    const policy = { budgetMs: settings.apiRetrySeconds * 1000 };
    const once = () => withRetries(() => pump(cluster, from, to, signal), policy, signal);
    let ended = await once();
    for (let attempt = 1; attempt < COPY_ATTEMPTS && isCutShort(ended); attempt++) {
      this.action.context.out.debug(`copied again from ${from.pod} to ${to.pod}: ${ended.to.diagnostic}`);
      ended = await once();
    }
    const where = `from pod ${from.pod} to pod ${to.pod}:`;
    for (const { exitCode, diagnostic } of [ended.from, ended.to])
      if (exitCode !== 0) throw filesLost(`${where} tar ended with exit code ${exitCode}: ${diagnostic}`);
    const [sent, came] = [ended.from, ended.to].map(({ totalBytes }) => totalBytes ?? 'an unknown number');
    if (isCutShort(ended)) throw filesLost(`${where} ${came} of ${sent} bytes arrived`);
    return ended.from;
  }

  private run(command: End & { limitBytes?: number }, signal: AbortSignal) {
    const { cluster, settings } = this.action.context;
    const policy = { budgetMs: settings.apiRetrySeconds * 1000 };
    return withRetries(() => collectBytes(cluster, command, signal), policy, signal);
  }
}

/**
 * The sender has printed all of it, and the receiver has seen less: a busy node can lose the end of an exec's output. Where that
 * is amid a file, tar says so; between two files only the totals differ.
 */
function isCutShort({ from, to }: { from: Ended; to: Ended }): boolean {
  if (from.exitCode !== 0) return false;
  if (to.exitCode !== 0) return to.diagnostic.includes('Unexpected EOF');
  return from.totalBytes === undefined || from.totalBytes !== to.totalBytes;
}

function helperOf(pod: string, shell: 'sh' | 'bash', script: string, ...args: string[]): End {
  return { pod, container: HELPER_CONTAINER, command: [shell, '-c', script, shell, ...args] };
}

/** `_actions/<owner>/<repository>/<ref>`, where the runner has put the action; none for `uses: docker://`. */
function actionFolder(path: string | undefined, work: RunnerPath): string | undefined {
  const inWork = path === undefined ? undefined : below(work, path);
  const parts = inWork?.split('/') ?? [];
  return parts[0] === '_actions' && parts.length >= 4 ? parts.slice(0, 4).join('/') : undefined;
}

function notCopied(where: string, diagnostic: string): string {
  const lines = diagnostic.split('\n');
  const more = lines.length > 5 ? '; …' : '';
  return `Not copied ${where}: ${lines.slice(0, 5).join('; ')}${more}`;
}

function filesLost(why: string): HookError {
  return new HookError('FILES_LOST', `The work folder could not be copied ${why}`, {
    hint: 'Check that the runner image has bash, GNU find and GNU tar, and the room on the disk of the node.',
  });
}

import { setTimeout as sleep } from 'node:timers/promises';
import { v4 as uuid } from 'uuid';
import {
  ARE_LARGE,
  ASK_AGENT,
  FIND_CHANGES,
  LARGE,
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
import { copyBetweenPods, filesLost } from '../back/pod-copy.js';
import type { End } from '../back/pump.js';
import { collectBytes } from '../cluster/collect.js';
import { mayStartLater } from '../cluster/failures.js';
import { Backoff, withRetries } from '../cluster/retry.js';
import { HELPER_CONTAINER, JOB_CONTAINER } from '../model/names.js';
import { below, type RunnerPath } from '../model/paths.js';
import { filesBackLimits } from '../settings/files-back.js';
import { readFileCommands } from './action-file-commands.js';
import type { ActionSharing, SharedAction } from './action-sharing.js';
import { markKnown } from './fresh.js';
import { sendWorkFolder } from './send-work-folder.js';

/** The agent gives no more in an answer (INLINE_BYTES, and links). */
const LARGEST_ANSWER_BYTES = 3 * 2 ** 20;
/** So much passes the API server in about the time in which Node starts. */
const SMALL_BYTES = 8 * 2 ** 20;
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
    const large = this.isLarge(signal);
    await this.helperRuns(pod, signal);
    await Promise.all([
      this.bringJob(pod, await large, signal),
      this.send(pod, this.ofRunner, signal),
      this.action.kept?.send(pod, signal),
    ]);
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
    if (jobPod !== undefined) await this.bringToJob(pod, jobPod.name, cancelled);
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

  /** What the job pod does not have, or not as it is now. */
  private get ofRunner(): string[] {
    const { args, work } = this.action;
    const { GITHUB_ACTION_PATH: path } = args.environmentVariables;
    const actions = [path, args.dockerfile ?? undefined].flatMap((each) => actionFolder(each, work) ?? []);
    return [...OF_THE_STEP, ...new Set(actions)];
  }

  /** Whether starting two processes of Node is worth it. What is not known is not large. */
  private async isLarge(signal: AbortSignal): Promise<boolean> {
    const { jobPod, context } = this.action;
    if (jobPod?.address === undefined) return false;
    const command = helperOf(jobPod.name, 'bash', ARE_LARGE, `${SMALL_BYTES}`, ...this.roots);
    return collectBytes(context.cluster, command, signal).then(
      ({ stdout }) => stdout.toString('latin1') === LARGE,
      () => false,
    );
  }

  /** What the job pod has, or, without one, the runner. */
  private async bringJob(pod: string, large: boolean, signal: AbortSignal): Promise<void> {
    const { jobPod, work, context } = this.action;
    if (jobPod === undefined) return this.send(pod, this.roots, signal);
    const { name, address } = jobPod;
    const from = helperOf(name, 'bash', SEND_FOLDERS, ...this.roots);
    const to = helperOf(pod, 'sh', RECEIVE_FOLDERS);
    const direct = large && address !== undefined ? { work, address } : undefined;
    const { diagnostic } = await copyBetweenPods({ from, to, direct }, context, signal);
    if (diagnostic !== '') context.out.warning(notCopied("into the action's pod", diagnostic));
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
    const { context } = this.action;
    const found = await this.run(helperOf(pod, 'bash', FIND_CHANGES, ...this.roots), signal);
    if (found.exitCode === NOTHING_CHANGED) return;
    if (found.exitCode !== 0)
      throw filesLost(`from the docker action into the job pod: ${found.stderr.trim()}`);
    const id = uuid();
    const to = helperOf(jobPod, 'sh', stageChanges(id));
    const from = helperOf(pod, 'bash', SEND_CHANGES);
    const { diagnostic } = await copyBetweenPods({ from, to }, context, signal);
    const put = { pod: jobPod, container: JOB_CONTAINER, command: ['sh', '-c', putChanges(id)] };
    const { exitCode, stderr } = await this.run(put, signal);
    await this.run(helperOf(jobPod, 'sh', unstage(id)), signal);
    const faults = [diagnostic, ...(exitCode === 0 ? [] : [stderr.trim() || `exit code ${exitCode}`])];
    const text = faults.filter((fault) => fault !== '').join('\n');
    if (text !== '') context.out.warning(notCopied('from the docker action into the job pod', text));
  }

  private run(command: End & { limitBytes?: number }, signal: AbortSignal) {
    const { cluster, settings } = this.action.context;
    const policy = { budgetMs: settings.apiRetrySeconds * 1000 };
    return withRetries(() => collectBytes(cluster, command, signal), policy, signal);
  }
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

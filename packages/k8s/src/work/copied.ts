import type { HookContainer } from '@podhooks/hooklib';
import type { Context } from '../context.js';
import { type ContainerPath, type RunnerPath, WORK_MOUNT } from '../model/paths.js';
import type { StepFile } from '../step/script.js';
import { newActions, presentActions, rememberActions } from './actions.js';
import { collectStepFiles, storeFileCommands } from './file-commands.js';
import { freshInTemp, markKnown } from './fresh.js';
import type { SharedStep, ShareTarget, StepExchange, WorkSharing } from './sharing.js';
import { existingFolders, workFolders } from './work-folders.js';

/** The agent's answer to a step that has changed no file. */
const NO_CHANGES = 'same\n';

/** Runner and pod have a work folder each: what one of them needs of the other's is copied. */
export class Copied implements WorkSharing {
  constructor(
    private readonly work: RunnerPath,
    private readonly repository: string | undefined,
  ) {}

  foldersToCreate(container: HookContainer): ContainerPath[] {
    return workFolders(container).map((name) => `${WORK_MOUNT}/${name}`);
  }

  async share({ pod, container, context }: ShareTarget, onProgress: (seen: string) => void): Promise<void> {
    const { work } = this;
    const { cluster, cancelled, out } = context;
    markKnown(work);
    const actions = await presentActions(work);
    const { sendWorkFolder } = await import('./send-work-folder.js');
    const existing = existingFolders(container, pod);
    const warn = (text: string) => out.warning(text);
    // If the helper never runs, waiting for the pod tells it.
    const transfer = {
      cluster,
      pod: pod.metadata?.name ?? '',
      work,
      names: [''],
      existing,
      warn,
      retryMs: Infinity,
      onProgress,
    };
    await sendWorkFolder(transfer, cancelled);
    await rememberActions(work, actions);
  }

  async beforeStep(step: SharedStep): Promise<StepExchange> {
    const { send, commands } = collectStepFiles(this.work, step.texts, step.context.settings.fileCommands);
    await this.sendNewActions(step);
    await this.sendFresh(step, send);
    return {
      send,
      results: commands.map(({ container }) => container),
      back: this.repository !== undefined,
      finish: async (contents) => {
        if (contents === undefined) return;
        storeFileCommands(this.work, commands, contents);
        await this.bringChanges(step, contents.get(commands.length));
      },
    };
  }

  private async bringChanges({ pod, context }: SharedStep, answer: Buffer | undefined): Promise<void> {
    const { work, repository } = this;
    if (repository === undefined || answer?.toString('latin1') === NO_CHANGES) return;
    // Not at the top: many steps change nothing.
    const { bringBack } = await import('../back/bring-back.js');
    await bringBack(context, { pod, work, repository, answer });
    markKnown(work);
  }

  private async sendNewActions({ pod, texts, context }: SharedStep): Promise<void> {
    const { work } = this;
    const actions = await newActions(work, texts);
    if (actions.length === 0) return;
    await this.send(pod, actions, [], context);
    await rememberActions(work, actions);
  }

  private async sendFresh({ pod, context }: SharedStep, alreadySent: readonly StepFile[]): Promise<void> {
    const { work } = this;
    const travelling = alreadySent.map(({ path }) => path);
    const names = freshInTemp(work).filter((name) => !travelling.includes(`${WORK_MOUNT}/${name}`));
    if (names.length === 0) return;
    // What the pod has of that name is the job's, which may have changed it.
    await this.send(pod, names, ['--skip-old-files'], context);
    markKnown(work);
  }

  private async send(
    pod: string,
    names: readonly string[],
    tarOptions: readonly string[],
    { cluster, settings, cancelled, out }: Context,
  ): Promise<void> {
    // Not at the top: a step seldom has anything to send.
    const { sendWorkFolder } = await import('./send-work-folder.js');
    const retryMs = settings.apiRetrySeconds * 1000;
    const warn = (text: string) => out.warning(text);
    const { work } = this;
    await sendWorkFolder({ cluster, pod, work, names, existing: [], tarOptions, warn, retryMs }, cancelled);
  }
}

import type { HookContainer } from '@podhooks/hooklib';
import { type ContainerPath, type RunnerPath, WORK_MOUNT } from '../model/paths.js';
import { newActions, presentActions, rememberActions } from './actions.js';
import { collectStepFiles, storeFileCommands } from './file-commands.js';
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
    const actions = await presentActions(work);
    const { sendWorkFolder } = await import('./send-work-folder.js');
    const existing = existingFolders(container, pod);
    const warn = (text: string) => out.warning(text);
    // If the helper never runs, waiting for the pod tells it.
    const transfer = {
      cluster,
      pod: pod.metadata?.name ?? '',
      work,
      folder: '',
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
  }

  private async sendNewActions({ pod, texts, context }: SharedStep): Promise<void> {
    const { work } = this;
    const { cluster, settings, cancelled, out } = context;
    const actions = await newActions(work, texts);
    if (actions.length === 0) return;
    // Not at the top: a step seldom has anything to send.
    const { sendWorkFolder } = await import('./send-work-folder.js');
    const retryMs = settings.apiRetrySeconds * 1000;
    const warn = (text: string) => out.warning(text);
    for (const folder of actions)
      await sendWorkFolder({ cluster, pod, work, folder, existing: [], warn, retryMs }, cancelled);
    await rememberActions(work, actions);
  }
}

import { HookError } from '@podhooks/hooklib';
import type { ContainerPath, RunnerPath } from '../model/paths.js';
import { openToAll, refuseReplaced } from './file-commands.js';
import type { SharedStep, ShareTarget, StepExchange, WorkSharing } from './sharing.js';
import { sharedFolders } from './work-folders.js';

/** Runner and pod mount one volume: nothing travels, but what one of them creates the other's user must be able to write. */
export class SharedVolume implements WorkSharing {
  constructor(private readonly work: RunnerPath) {}

  foldersToCreate(): ContainerPath[] {
    return [];
  }

  /** A link is left as it is: `_tool` may be one into the image, made by whoever built it. */
  share({ container, sameUser, context }: ShareTarget): void {
    if (sameUser) return;
    for (const folder of sharedFolders(this.work, container))
      try {
        openToAll(this.work, [folder]);
      } catch (error) {
        if (!(error instanceof HookError)) throw error;
        context.out.line(error.message);
      }
  }

  beforeStep({ sameUser, context }: SharedStep): StepExchange {
    const { fileCommands } = context.settings;
    if (!sameUser) openToAll(this.work, fileCommands);
    return {
      send: [],
      results: [],
      back: false,
      finish: () => refuseReplaced(this.work, fileCommands),
    };
  }
}

import { runnerMounts } from '../pod/volumes.js';
import type { ActionSharing, SharedAction } from './action-sharing.js';
import { openToAll, refuseReplaced } from './file-commands.js';

/** The action mounts the runner's own folders: nothing travels. */
export class SharedActionVolume implements ActionSharing {
  constructor(private readonly action: SharedAction) {}

  /** The action's user has to write there, whoever that is. */
  async prepare(): Promise<void> {
    const { args, work, context, kept } = this.action;
    openToAll(work, [...context.settings.fileCommands, ...runnerMounts(args).map(({ source }) => source)]);
    await kept?.prepareVolume();
  }

  share(): void {
    // The volume has everything.
  }

  takeBack(): void {
    // The volume has everything.
  }

  finish(): void {
    refuseReplaced(this.action.work, this.action.context.settings.fileCommands);
  }
}

import { folderOf } from './script.js';
import { CANCEL } from './shell-texts.js';

/** The text that ends a step, for an exec of its own. */
export function cancelScript(step: { id: string }): string {
  return `_ph_dir=${folderOf(step.id)}\n${CANCEL}`;
}

/**
 * The shell texts of this folder, which shellcheck reads and the tests of the shells run as they stand. In the bundle,
 * packages/k8s/build.mjs puts the texts in the place of this module, without their comments.
 */
import { readFileSync } from 'node:fs';

const read = (name: string): string => readFileSync(new URL(`${name}.sh`, import.meta.url), 'utf8');

export const ASK_FOR_CHANGES = read('ask-for-changes');
export const CANCEL = read('cancel');
export const FOLLOW = read('follow');
export const SUPERVISOR = read('supervisor');
export const WATCH = read('watch');

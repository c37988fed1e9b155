import type { ByteName } from './byte-name.js';

/** The first entry of what comes from a pod: what is in changed folders, what is gone, what was left out there. */
export const MANIFEST: ByteName = 'podhooks-manifest';

/** Of one step: the same limit holds in the pod and on the runner. */
export const MOST_ENTRIES = 1_000_000;

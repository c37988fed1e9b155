import { POD_SITUATIONS } from './pods.js';
import { REFUSALS } from './refusals.js';
import { REQUESTS } from './requests.js';
import type { Situation } from './situation.js';

/** By whom they are told, in the order of the page. */
export const CHAPTERS: readonly { title: string; situations: readonly Situation[] }[] = [
  { title: 'Pods that do not start', situations: POD_SITUATIONS },
  { title: 'Requests that are refused', situations: REFUSALS },
  { title: 'Settings, templates and workflows', situations: REQUESTS },
];

import type { Campaign } from './campaign.js';
import { blackout } from './campaigns/blackout.js';
import { cuts } from './campaigns/cuts.js';
import { long } from './campaigns/long.js';
import { parallel } from './campaigns/parallel.js';
import { quiet } from './campaigns/quiet.js';

/** Those that disturb the cluster for others come last. */
export const CAMPAIGNS: readonly Campaign[] = [cuts, long, blackout, parallel, quiet];

import type { Campaign } from './campaign.js';
import { actions } from './campaigns/actions.js';
import { blackout } from './campaigns/blackout.js';
import { cancel } from './campaigns/cancel.js';
import { cuts } from './campaigns/cuts.js';
import { ends } from './campaigns/ends.js';
import { errors } from './campaigns/errors.js';
import { kill } from './campaigns/kill.js';
import { killers } from './campaigns/killers.js';
import { long } from './campaigns/long.js';
import { lostNode } from './campaigns/lost-node.js';
import { parallel } from './campaigns/parallel.js';
import { quiet } from './campaigns/quiet.js';
import { restarts } from './campaigns/restarts.js';
import { rewriters } from './campaigns/rewriters.js';
import { services } from './campaigns/services.js';
import { transfers } from './campaigns/transfers.js';
import { users } from './campaigns/users.js';

/** Those that disturb the cluster for others come last. */
export const CAMPAIGNS: readonly Campaign[] = [
  cuts,
  actions,
  transfers,
  long,
  blackout,
  errors,
  cancel,
  ends,
  kill,
  killers,
  rewriters,
  users,
  services,
  quiet,
  parallel,
  restarts,
  lostNode,
];

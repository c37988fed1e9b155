import type { Fault } from './fault.js';
import { CLUSTER } from './faults/cluster.js';
import { COMMANDS } from './faults/commands.js';
import { DOCKERFILES } from './faults/dockerfiles.js';
import { FILES } from './faults/files.js';
import { OPTIONS } from './faults/options.js';
import { PODS } from './faults/pods.js';
import { STEPS } from './faults/steps.js';
import { SURROUNDINGS } from './faults/surroundings.js';
import { TOOL } from './faults/tool.js';
import { WAITING } from './faults/waiting.js';

/** All faults, in the order of what users notice first. */
export const FAULTS: readonly Fault[] = [
  ...STEPS,
  ...COMMANDS,
  ...FILES,
  ...WAITING,
  ...PODS,
  ...OPTIONS,
  ...DOCKERFILES,
  ...CLUSTER,
  ...TOOL,
  ...SURROUNDINGS,
];

import type { Context } from '../context.js';
import type { Phases } from '../phases.js';
import type { RunningJob } from './job-state.js';

/** What every command is given. */
export interface CommandContext extends Context {
  /** The job that prepare_job has prepared, by its signed state; undefined without one. */
  job: RunningJob | undefined;
  phases: Phases;
}

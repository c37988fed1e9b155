import { HookError, type JobState } from '@podhooks/hooklib';
import { isMap } from '../json.js';
import type { FileValues } from '../settings/read.js';

/** What prepare_job leaves for the commands after it. The runner keeps it in memory and hands it back. */
export interface PreparedJob {
  jobPod: string;
  mode: 'volume' | 'no-volume';
  /** Fingerprint of the API server's certificate, as prepare_job has verified it. */
  certificate?: string;
  /** What prepare_job has read in the settings file, so that no step needs to. */
  settings?: FileValues;
}

export function jobState(job: PreparedJob): JobState {
  return { ...job };
}

export function certificateIn(state: JobState | null): string | undefined {
  const certificate = state?.['certificate'];
  return typeof certificate === 'string' ? certificate : undefined;
}

/** The name of the job pod; undefined without one: not every job has containers of its own. */
export function jobPodIn(state: JobState | null): string | undefined {
  const name = state?.['jobPod'];
  return typeof name === 'string' ? name : undefined;
}

/** By their keys in the settings file; they are checked again where they are used. */
export function settingsIn(state: JobState | null): FileValues {
  const settings = state?.['settings'];
  return isMap(settings) ? settings : {};
}

/** @throws HookError STEP_INVALID if no job was prepared: steps with `always()` run after a failed prepare_job, too. */
export function readJobState(state: JobState | null): PreparedJob {
  const jobPod = jobPodIn(state);
  const mode = state?.['mode'];
  if (jobPod === undefined || (mode !== 'volume' && mode !== 'no-volume'))
    throw new HookError(
      'STEP_INVALID',
      'There is no job container for this step: "Initialize containers" did not succeed.',
      {
        hint: 'See the log of "Initialize containers" for the reason.',
      },
    );
  return { jobPod, mode };
}

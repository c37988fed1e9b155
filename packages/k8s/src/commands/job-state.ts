import { createHmac, timingSafeEqual } from 'node:crypto';
import { dirname } from 'node:path';
import { HookError, type JobState } from '@podhooks/hooklib';
import { type KeyOwner, readJobKey } from '../files/job-key.js';
import { isMap } from '../json.js';
import type { FileValues, Settings } from '../settings/read.js';

/** What prepare_job leaves for the commands after it. */
export interface PreparedJob {
  jobPod: string;
  mode: 'volume' | 'no-volume';
  /** The folder of the work folder whose changes come back after each step, without a shared volume. */
  repository?: string;
  /** Whether the job container is known to run as the runner's user: then nothing need be opened to others. */
  sameUser?: true;
  /** Fingerprint of the API server's certificate, as prepare_job has verified it. */
  certificate?: string;
  /** What prepare_job has read in the settings file, so that no step needs to. By keys; checked again where they are used. */
  settings?: FileValues;
}

/**
 * The state that the runner keeps in memory and hands back. It takes it from the response of any command, and those
 * responses lie where the steps of a job may write: so it is signed, as one text, which no reader can change unnoticed.
 */
export function jobState(job: PreparedJob, { runner }: KeyOwner, key: Buffer): JobState {
  const text = JSON.stringify({ ...job, runner });
  return { job: text, signature: signature(text, key).toString('hex') };
}

/**
 * The job that a state tells of; nothing of a state is used before.
 * @throws HookError STEP_INVALID for a state that this job's prepare_job has not written.
 */
export function readJobState(state: JobState, owner: KeyOwner): PreparedJob {
  const { job: text, signature: given } = state;
  if (typeof text !== 'string' || typeof given !== 'string') throw forged('it has no signature');
  const key = readJobKey(owner);
  if (typeof key === 'string') throw forged(key);
  const expected = signature(text, key);
  const seen = Buffer.from(given, 'hex');
  if (seen.length !== expected.length || !timingSafeEqual(seen, expected))
    throw forged('its signature is wrong');
  const job = preparedJob(JSON.parse(text), owner);
  if (job === undefined) throw forged('it is of another runner, or of another version of the hook');
  return job;
}

/** The job's container is there only where there is a job: steps with `always()` run after a failed prepare_job, too. */
export function requireJob(job: PreparedJob | undefined): PreparedJob {
  if (job !== undefined) return job;
  throw new HookError(
    'STEP_INVALID',
    'There is no job container for this step: "Initialize containers" did not succeed.',
    { hint: 'See the log of "Initialize containers" for the reason.' },
  );
}

export function keyOwner({ podName, temp }: Pick<Settings, 'podName' | 'temp'>): KeyOwner {
  return { runner: podName, work: temp && dirname(temp) };
}

function signature(text: string, key: Buffer): Buffer {
  return createHmac('sha256', key).update(text).digest();
}

function preparedJob(value: unknown, { runner }: KeyOwner): PreparedJob | undefined {
  if (!isMap(value) || value['runner'] !== runner) return undefined;
  const { jobPod, mode, repository, sameUser, certificate, settings } = value;
  if (typeof jobPod !== 'string' || (mode !== 'volume' && mode !== 'no-volume')) return undefined;
  return {
    jobPod,
    mode,
    ...(typeof repository === 'string' && { repository }),
    ...(sameUser === true && { sameUser }),
    ...(typeof certificate === 'string' && { certificate }),
    ...(isMap(settings) && { settings }),
  };
}

function forged(why: string): HookError {
  return new HookError(
    'STEP_INVALID',
    `The state of this job was not written by its prepare_job: ${why}. Nothing was run.`,
    {
      hint: "A step of the job may have changed it: look for one that writes to _temp/_runner_hook_responses. If the hook or the runner's home folder was replaced during the job, run the job again.",
    },
  );
}

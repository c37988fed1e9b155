import type { WorkMode } from '../model/work-mode.js';
import { createHmac, timingSafeEqual } from 'node:crypto';
import { dirname } from 'node:path';
import { HookError, type JobState } from '@podhooks/hooklib';
import { type JobSecrets, readJobSecrets, type SecretsOwner } from './job-secrets.js';
import { isMap } from '../json.js';
import type { RunnerPath } from '../model/paths.js';
import type { FileValues } from '../settings/file-values.js';
import type { Settings } from '../settings/read.js';

/** What prepare_job leaves for the commands after it, by way of the runner. */
export interface PreparedJob {
  jobPod: string;
  mode: WorkMode;
  /** The runner's work folder; a job with services only has none. */
  work?: RunnerPath;
  /** Whether the job container is known to run as the runner's user: then nothing need be opened to others. */
  sameUser?: true;
  /** Fingerprint of the API server's certificate, as prepare_job has verified it. */
  certificate?: string;
  /** What prepare_job has read in the settings file, so that no step needs to. By keys; checked again where they are used. */
  settings?: FileValues;
}

/** The job as the commands after prepare_job know it. */
export interface RunningJob extends PreparedJob {
  /** `env:` of the job container. */
  environment: JobSecrets['environment'];
}

/**
 * The state that the runner keeps in memory and hands back. It takes it from the response of any command, and those
 * responses lie where the steps of a job may write: so it is signed, as one text, which no reader can change unnoticed.
 */
export function jobState(job: PreparedJob, { runner }: SecretsOwner, key: Buffer): JobState {
  const text = JSON.stringify({ ...job, runner });
  return { job: text, signature: signature(text, key).toString('hex') };
}

/**
 * The job that a state tells of; nothing of a state is used before.
 * @throws HookError STEP_INVALID for a state that this job's prepare_job has not written.
 */
export function readJobState(state: JobState, owner: SecretsOwner): RunningJob {
  const { job: text, signature: given } = state;
  if (typeof text !== 'string' || typeof given !== 'string') throw forged('it has no signature');
  const secrets = readJobSecrets(owner);
  if (typeof secrets === 'string') throw forged(secrets);
  const expected = signature(text, secrets.key);
  const seen = Buffer.from(given, 'hex');
  if (seen.length !== expected.length || !timingSafeEqual(seen, expected))
    throw forged('its signature is wrong');
  const job = preparedJob(JSON.parse(text), owner);
  if (job === undefined) throw forged('it is of another runner, or of another version of the hook');
  return { ...job, environment: secrets.environment };
}

/** The job's container is there only where there is a job: steps with `always()` run after a failed prepare_job, too. */
export function requireJob(job: RunningJob | undefined): RunningJob {
  if (job !== undefined) return job;
  throw new HookError(
    'STEP_INVALID',
    'There is no job container for this step: "Initialize containers" did not succeed.',
    { hint: 'See the log of "Initialize containers" for the reason.' },
  );
}

export function secretsOwner({ podName, temp }: Pick<Settings, 'podName' | 'temp'>): SecretsOwner {
  return { runner: podName, work: temp && dirname(temp) };
}

function signature(text: string, key: Buffer): Buffer {
  return createHmac('sha256', key).update(text).digest();
}

function preparedJob(value: unknown, { runner }: SecretsOwner): PreparedJob | undefined {
  if (!isMap(value) || value['runner'] !== runner) return undefined;
  const { jobPod, mode, work, sameUser, certificate, settings } = value;
  if (typeof jobPod !== 'string' || (mode !== 'volume' && mode !== 'novolume')) return undefined;
  return {
    jobPod,
    mode,
    ...(typeof work === 'string' && { work }),
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

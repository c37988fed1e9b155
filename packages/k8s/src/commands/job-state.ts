import type { WorkMode } from '../model/work-mode.js';
import { createHmac, timingSafeEqual } from 'node:crypto';
import { dirname } from 'node:path';
import { HookError, type JobState } from '@podhooks/hooklib';
import { type JobSecrets, readJobSecrets, type SecretsOwner } from './job-secrets.js';
import { isMap } from '../json.js';
import type { RunnerPath } from '../model/paths.js';
import type { FileValues } from '../settings/file-values.js';
import type { Settings } from '../settings/read.js';
import { VERSION } from '../version.js';

/** What prepare_job leaves for the commands after it, by way of the runner. */
export interface PreparedJob {
  jobPod: string;
  mode: WorkMode;
  /** The runner's work folder; a job with services only has none. */
  work?: RunnerPath;
  /** The folder of the work folder whose changes come back after each step, without a shared volume. */
  repository?: string;
  /** Whether the job container is known to run as the runner's user: then nothing need be opened to others. */
  sameUser?: true;
  /** When prepare_job ended, in milliseconds since 1970; undefined for a job without services. */
  servicesReadyAt?: number;
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
  const text = JSON.stringify({ version: VERSION, ...job, runner });
  return { job: text, signature: signature(text, key).toString('hex') };
}

/**
 * The job that a state tells of; nothing of a state is used before.
 * @throws HookError STEP_INVALID for a state that this job's prepare_job has not written, or another version of the hook.
 */
export function readJobState(state: JobState, owner: SecretsOwner): RunningJob {
  const { job: text, signature: given } = state;
  if (typeof text !== 'string' || typeof given !== 'string')
    throw forged(`it has no signature, and podhooks ${VERSION} signs what it writes`);
  const secrets = readJobSecrets(owner);
  if (typeof secrets === 'string') throw forged(secrets + otherVersion(text));
  const expected = signature(text, secrets.key);
  const seen = Buffer.from(given, 'hex');
  if (seen.length !== expected.length || !timingSafeEqual(seen, expected))
    throw forged(`its signature is wrong${otherVersion(text)}`);
  const value: unknown = JSON.parse(text);
  const version = versionOf(value);
  if (version !== VERSION) throw replaced(version);
  const job = preparedJob(value, owner);
  if (job === undefined) throw forged('it is of another runner');
  return { ...job, environment: secrets.environment };
}

/** The settings with which a job began, for its end; none of a state that is not this job's, as the end needs no state. */
export function settingsOfState(state: JobState | null, owner: SecretsOwner): FileValues {
  try {
    return (state === null ? undefined : readJobState(state, owner).settings) ?? {};
  } catch {
    return {};
  }
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
  const { jobPod, mode, work, repository, sameUser, servicesReadyAt, certificate, settings } = value;
  if (typeof jobPod !== 'string' || (mode !== 'volume' && mode !== 'novolume')) return undefined;
  return {
    jobPod,
    mode,
    ...(typeof work === 'string' && { work }),
    ...(typeof repository === 'string' && { repository }),
    ...(sameUser === true && { sameUser }),
    ...(typeof servicesReadyAt === 'number' && { servicesReadyAt }),
    ...(typeof certificate === 'string' && { certificate }),
    ...(isMap(settings) && { settings }),
  };
}

/** For messages: a text without a valid signature may say anything, so only what looks like a version is shown. */
function versionOf(value: unknown): string | undefined {
  const version = isMap(value) ? value['version'] : undefined;
  return typeof version === 'string' && /^\d[\w.+-]{0,40}$/.test(version) ? version : undefined;
}

function otherVersion(text: string): string {
  let version: string | undefined;
  try {
    version = versionOf(JSON.parse(text));
  } catch {
    // Not what any version writes.
  }
  return version === undefined || version === VERSION
    ? ''
    : `; the state names podhooks ${version}, and this is podhooks ${VERSION}`;
}

/** How versions share a job is not defined: nothing is guessed. cleanup_job needs no state. */
function replaced(version: string | undefined): HookError {
  const writer = version === undefined ? 'a podhooks that names no version' : `podhooks ${version}`;
  return new HookError(
    'STEP_INVALID',
    `The state of this job was written by ${writer}, and this is podhooks ${VERSION}: the hook was replaced during the job. Nothing was run.`,
    {
      hint: 'Run the job again. Mount the file of the hook with subPath, or bring it with the image, so that a runner keeps the hook that it started with.',
    },
  );
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

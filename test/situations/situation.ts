import type { Pod } from '../../packages/k8s/src/model/kubernetes.js';

type Status = NonNullable<Pod['status']>;
type ContainerState = NonNullable<NonNullable<Status['containerStatuses']>[number]['state']>;

/** Something that is broken, and what the log of the job has to say of it. */
export interface Situation {
  readonly title: string;
  /** The command that meets it; default: prepare_job. */
  readonly command?: 'prepare_job' | 'cleanup_job' | 'run_container_step';
  /** What the status of the pod says once it is created; default: that nothing is known of it. */
  readonly status?: Status;
  /** The pod is being deleted. */
  readonly deleted?: true;
  /** What requests are answered with, by `verb resource`. */
  readonly answers?: Readonly<Record<string, Error>>;
  readonly environment?: Readonly<Record<string, string>>;
  readonly template?: string;
  readonly settingsFile?: string;
  /** Parts of the job container, or the action. */
  readonly container?: Readonly<Record<string, unknown>>;
  readonly says: {
    readonly code: string;
    /** Texts that name the object, what was seen, and what to do. */
    readonly object: string;
    readonly cause: string;
    readonly hint: string;
  };
}

/** The status of a pod on a node, one of whose containers is in this state. */
export function container(state: ContainerState, name = 'job'): Status {
  return {
    phase: 'Pending',
    containerStatuses: [{ name, image: `${name}:1`, imageID: '', ready: false, restartCount: 0, state }],
  };
}

export const waiting = (reason: string, message = ''): Status => container({ waiting: { reason, message } });

export const ended = (reason: string, message: string, exitCode = 1, name = 'job'): Status =>
  container({ terminated: { exitCode, reason, message } }, name);

/** The status of a pod that ended as a whole. */
export const failed = (reason: string, message: string): Status => ({ phase: 'Failed', reason, message });

/** The status of a pod that has no node. */
export const unscheduled = (reason: string, message: string): Status => ({
  phase: 'Pending',
  conditions: [{ type: 'PodScheduled', status: 'False', reason, message }],
});

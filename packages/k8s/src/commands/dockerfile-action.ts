import { createHash } from 'node:crypto';
import { HookError, type HookContainer } from '@podhooks/hooklib';
import { KEPT } from '../agent/kept-build.js';
import { DockerfileFault } from '../dockerfile/fault.js';
import type { Architecture } from '../dockerfile/from.js';
import type { Context, Output } from '../context.js';
import type { BuildPlan } from '../dockerfile/model.js';
import { planDockerfile } from '../dockerfile/plan.js';
import { instructionsOf } from '../dockerfile/script.js';
import type { ActionEnd } from '../follow/action-end.js';
import type { Pod } from '../model/kubernetes.js';
import { JOB_CONTAINER, stageName } from '../model/names.js';
import { below, type RunnerPath } from '../model/paths.js';
import type { WorkMode } from '../model/work-mode.js';
import { type Build, withBuild } from '../pod/build-pod.js';
import { requireAllowedImage } from '../pod/image-policy.js';
import type { HookPodOptions } from '../pod/hook-pod.js';
import type { StepPod } from '../pod/step-pod.js';
import { KeptBuild } from '../work/kept-build.js';
import { readDockerfile } from './build-context.js';
import { BuildLog } from './build-log.js';

/** Names that docker has for processors, by those that Node has. */
const ARCHITECTURES: Readonly<Record<string, Architecture>> = { x64: 'amd64', arm64: 'arm64', arm: 'arm' };

interface Place {
  dockerfile: RunnerPath;
  work: RunnerPath;
  mode: WorkMode;
  imagesAllow: readonly string[];
  /** Unguessable. */
  token: string;
}

/** An action that is a Dockerfile: its instructions run in the pod of the action, and no image is built (docs/adr/0017). */
export class DockerfileAction {
  private constructor(private readonly build: Build) {}

  /** @throws HookError STEP_INVALID, UNSUPPORTED: nothing has been created. */
  static read({ dockerfile, work, mode, imagesAllow, token }: Place): DockerfileAction {
    const title = (below(work, dockerfile) ?? dockerfile).replace(/^_actions\//, '');
    const { folder, ...source } = readDockerfile(dockerfile, work, mode);
    const architecture = ARCHITECTURES[process.arch] ?? 'amd64';
    const plan = refusing(title, () => planDockerfile({ ...source, architecture }));
    for (const { image, line } of plan.stages)
      requireAllowedImage(image, `line ${line} of ${title}`, imagesAllow);
    return new DockerfileAction({ plan, options: { title, context: folder, token, ...kept(plan, folder) } });
  }

  /** What its build leaves for its next use in the job; undefined where that is not worth keeping. */
  keptBuild(work: RunnerPath, jobPod: string, context: Context): KeptBuild | undefined {
    const { kept } = this.build.options;
    return kept && new KeptBuild(kept.key, work, jobPod, context);
  }

  /** The same container, with an image to start from. */
  withImage(args: HookContainer): HookContainer {
    return { ...args, image: this.build.plan.stages.at(-1)?.image ?? '' };
  }

  withBuild(own: StepPod, args: HookContainer, options: HookPodOptions): StepPod {
    return withBuild(own, this.build, args, options);
  }

  log(out: Output): BuildLog {
    return new BuildLog(out, this.build.options.token);
  }

  /** Why the pod does not start, with the line of the image that it is about. */
  atLine(error: unknown, pod: Pod): unknown {
    const { plan, options } = this.build;
    if (!(error instanceof HookError)) return error;
    const last = plan.stages.length - 1;
    const stage = plan.stages.find((_, number) => {
      const container = number === last ? JOB_CONTAINER : stageName(number);
      const image = pod.spec?.containers.find(({ name }) => name === container)?.image;
      return image !== undefined && error.message.includes(`image ${image} `);
    });
    if (stage === undefined) return error;
    const message = `${error.message.replace(/\.?$/, '.')} It is named in line ${stage.line} of ${options.title}.`;
    return new HookError(error.code, message, {
      cause: error,
      ...(error.hint !== undefined && { hint: error.hint }),
    });
  }

  /** Why the action has not begun; undefined if it has. */
  failure(end: ActionEnd): HookError | undefined {
    const { plan, options } = this.build;
    if (end.kind === 'unstarted')
      return new HookError('BUILD_FAILED', `${options.title} cannot be carried out: ${end.reason.what}`, {
        hint: 'Use a base image that has a POSIX shell as sh, which carries the instructions out, and that is for the processor of the node.',
      });
    if (end.kind !== 'exited' || end.exitCode === 0) return undefined;
    const [, line = '', code = '', why = ''] = /^(\d+) (\d+) ?(.*)/.exec(end.buildFailure ?? '') ?? [];
    if (line === '') return undefined;
    const where = line === '0' ? options.title : `line ${line} of ${options.title}`;
    const instruction = titleOf(plan, Number(line));
    const what = why === '' ? `ended with exit code ${code}` : why;
    return new HookError('BUILD_FAILED', `The action was not started: ${where}: ${instruction}${what}`, {
      hint: 'See what it has printed, in the group of the build above.',
    });
  }
}

/** Without a RUN, a build is as fast as what would replace it. */
function kept(plan: BuildPlan, context: string): Pick<Build['options'], 'kept'> {
  if (!plan.stages.some(({ steps }) => steps.some(({ kind }) => kind === 'run'))) return {};
  const key = createHash('sha256').update(instructionsOf(plan, context)).digest('hex').slice(0, 32);
  return { kept: { key, folder: KEPT, mounts: [] } };
}

function titleOf({ stages }: BuildPlan, line: number): string {
  const step = stages.flatMap(({ steps }) => steps).find((each) => each.line === line);
  return step === undefined ? '' : `${step.title}: `;
}

function refusing<T>(title: string, plan: () => T): T {
  try {
    return plan();
  } catch (error) {
    if (!(error instanceof DockerfileFault)) throw error;
    const code = error.kind === 'invalid' ? 'STEP_INVALID' : 'UNSUPPORTED';
    const hint =
      error.hint ??
      (error.kind === 'invalid'
        ? 'Correct the Dockerfile.'
        : 'Publish the image of the action, and refer to it in the action.yml: image: docker://<image>.');
    throw new HookError(
      code,
      `The action cannot be built: line ${error.line} of ${title}: ${error.message}.`,
      {
        cause: error,
        hint,
      },
    );
  }
}

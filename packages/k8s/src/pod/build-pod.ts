import { argumentsOf, HookError, type HookContainer } from '@podhooks/hooklib';
import { type BuildPlan } from '../dockerfile/model.js';
import { actionScript, type BuildOptions, stageScript } from '../dockerfile/script.js';
import { literalText } from '../dockerfile/variables.js';
import type { Container, EnvVar, Secret } from '../model/kubernetes.js';
import { literal } from '../model/literal.js';
import { JOB_CONTAINER, secretName, stageName, WORK_VOLUME } from '../model/names.js';
import { environmentTooLarge } from '../step/environment.js';
import { rewrittenImage } from './image-policy.js';
import { ON_GITHUB, ownMetadata, type HookPodOptions } from './hook-pod.js';
import { SECRET_BYTES } from './secrets.js';
import type { StepPod } from './step-pod.js';

/** The action of a Dockerfile. */
export interface Build {
  plan: BuildPlan;
  options: BuildOptions;
}

const SCRIPTS = 'build';
const STAGES = 'stages';
const SCRIPT_PATH = '/__podhooks/build';
const STAGES_PATH = '/__podhooks/stages';

/**
 * The pod of a docker action as the pod of a Dockerfile's: its container carries the Dockerfile out before it becomes the
 * action, and stages that it copies from have containers before it. After the template, whose patches of the action's
 * container hold for stages, too. Pure.
 */
export function withBuild(
  own: StepPod,
  { plan, options: given }: Build,
  args: HookContainer,
  of: HookPodOptions,
): StepPod {
  const { spec } = own.pod;
  const job = spec?.containers.find(({ name }) => name === JOB_CONTAINER);
  if (spec === undefined || job === undefined) return own;
  const command = commandOf(plan, args);
  const { kept } = given;
  const mounts = (job.volumeMounts ?? []).filter(({ name }) => name === WORK_VOLUME);
  const options =
    kept === undefined
      ? given
      : { ...given, kept: { ...kept, mounts: mounts.map(({ mountPath }) => mountPath) } };
  const replaced = (containers: Container[], secrets: Secret[], volumes = spec.volumes): StepPod => ({
    ...own,
    secrets: secrets,
    pod: {
      ...own.pod,
      spec: {
        ...spec,
        ...(volumes !== undefined && { volumes }),
        containers: spec.containers.flatMap((each) => (each === job ? containers : [each])),
      },
    },
  });
  if (isPlain(plan)) return replaced([plainContainer(job, plan, command)], own.secrets);

  if (command.entrypoint.length + command.args.length === 0)
    throw new HookError(
      'UNSUPPORTED',
      `${options.title} has neither ENTRYPOINT nor CMD, and the action no arguments.`,
      {
        hint: 'Add the ENTRYPOINT of the base image to the Dockerfile: it cannot be seen before the build.',
      },
    );
  // Without it, the container starts in the folder of its image: WORKDIR goes on from there.
  const { workingDir: workingDirectory = '/', env = [], volumeMounts = [], ...rest } = job;
  const name = secretName(of.runner.name, 'step', of.id);
  const isAction = ({ valueFrom }: EnvVar) => valueFrom?.secretKeyRef?.name === name;
  const isPreset = (each: EnvVar) =>
    ON_GITHUB.some((preset) => preset.name === each.name && preset.value === each.value);
  const mine = env.filter((each) => isAction(each) || isPreset(each)).map((each) => each.name);
  const environment = {
    ...Object.fromEntries(ON_GITHUB.map((each) => [each.name, each.value ?? ''])),
    ...args.environmentVariables,
  };
  const script = actionScript(plan, options, {
    ...command,
    workingDirectory,
    environment: Object.fromEntries(Object.entries(environment).filter(([key]) => mine.includes(key))),
  });
  const last = plan.stages.length - 1;
  const texts = plan.stages.map((_, number) =>
    number === last ? script : stageScript(plan, number, options),
  );
  const container = (number: number): Container => {
    const stage = plan.stages[number];
    return {
      ...rest,
      name: number === last ? JOB_CONTAINER : stageName(number),
      image: rewrittenImage(stage?.image ?? '', of.rules.images.rewrites),
      command: ['sh', SCRIPT_PATH],
      args: [],
      env: env.filter((each) => !mine.includes(each.name)),
      volumeMounts: [
        ...volumeMounts,
        { name: STAGES, mountPath: STAGES_PATH },
        { name: SCRIPTS, mountPath: SCRIPT_PATH, subPath: scriptKey(number), readOnly: true },
      ],
      ...(stage?.asRoot === true && { securityContext: { runAsUser: 0, ...rest.securityContext } }),
    };
  };
  return replaced(
    plan.stages.map((_, number) => container(number)),
    [...own.secrets.filter(({ metadata }) => metadata?.name !== name), scriptSecret(texts, name, of)],
    [
      ...(spec.volumes ?? []),
      { name: SCRIPTS, secret: { secretName: name } },
      { name: STAGES, emptyDir: {} },
    ],
  );
}

const scriptKey = (number: number) => `stage-${number}`;

function scriptSecret(texts: readonly string[], name: string, of: HookPodOptions): Secret {
  const total = texts.reduce((sum, text) => sum + Buffer.byteLength(text), 0);
  if (total > SECRET_BYTES)
    throw environmentTooLarge(
      ' of the action',
      `with the Dockerfile it comes to ${total} bytes, and a Secret holds ${SECRET_BYTES}`,
    );
  const data = texts.map(
    (text, number) => [scriptKey(number), Buffer.from(text).toString('base64')] as const,
  );
  return {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { ...ownMetadata(of), name },
    type: 'Opaque',
    data: Object.fromEntries(data),
  };
}

interface Command {
  entrypoint: readonly string[];
  args: readonly string[];
  line: number;
}

/** As docker has it: an entry point of the action leaves nothing of CMD, its arguments replace it. */
function commandOf({ start }: BuildPlan, { entryPoint, entryPointArgs }: HookContainer): Command {
  const given = argumentsOf(entryPointArgs);
  if (entryPoint !== null) return { entrypoint: [entryPoint], args: given, line: 0 };
  return {
    entrypoint: start.entrypoint ?? [],
    args: given.length > 0 ? given : (start.cmd ?? []),
    line: start.line,
  };
}

/** Whether all that the Dockerfile says can be said in the pod: then the image's own ENTRYPOINT and CMD hold. */
function isPlain({ stages, start }: BuildPlan): boolean {
  const [only, ...more] = stages;
  return (
    more.length === 0 &&
    only?.steps.length === 0 &&
    start.user === undefined &&
    [...start.environment.values()].every((value) => literalText(value) !== undefined)
  );
}

function plainContainer(
  { env = [], ...job }: Container,
  { start }: BuildPlan,
  { entrypoint, args }: Command,
): Container {
  const names = env.map(({ name }) => name);
  const ofImage = [...start.environment]
    .filter(([name]) => !names.includes(name))
    .map(([name, value]) => ({ name, value: literal(literalText(value) ?? '') }));
  return {
    ...job,
    env: [...ofImage, ...env],
    ...(entrypoint.length > 0 && { command: entrypoint.map(literal) }),
    ...(args.length > 0 && { args: args.map(literal) }),
  };
}

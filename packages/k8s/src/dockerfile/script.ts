import { posix } from 'node:path';
import { environmentLines } from '../step/environment.js';
import { quote } from '../step/quote.js';
import type { BuildPlan, CopySource, Entry, RunMount, Stage, Start, Step } from './model.js';
import { CARRY_OUT, KEEP } from './shell-texts.js';
import { shellWord, type Variables } from './variables.js';

export interface BuildOptions {
  /** The Dockerfile, as people know it. */
  title: string;
  /** Its folder, as the containers see it. */
  context: string;
  /** Unguessable: with it the runner takes commands of the output again. */
  token: string;
  /** Undefined where nothing is kept. */
  kept?: KeptBuild;
}

/** What a build leaves for the next use of the same Dockerfile in the job. */
export interface KeptBuild {
  /** Names the Dockerfile; what else it depends on, the container sees. */
  key: string;
  /** Where it lies, as the containers see it, with the tools that make it. */
  folder: string;
  /** Mounts that no instruction writes to. */
  mounts: readonly string[];
}

export interface ActionStart {
  entrypoint: readonly string[];
  args: readonly string[];
  /** Line of the entry point in the Dockerfile; 0 where the action itself names it. */
  line: number;
  workingDirectory: string;
  /** The action's own: wins over what ENV has set. */
  environment: Readonly<Record<string, string>>;
}

/** The text of sh that carries out a stage and puts aside what others copy from it. */
export function stageScript(plan: BuildPlan, number: number, { context, kept }: BuildOptions): string {
  const stage = stageAt(plan, number);
  const folder = `/__podhooks/stages/${number}`;
  return [
    `_ph_number=${number} _ph_stage=${quote(`stage ${stage.name}`)} _ph_last=`,
    `mkdir -p ${folder} && cd . || exit`,
    CARRY_OUT,
    ...keepLines(kept),
    '{',
    ...(kept === undefined ? [] : ['! _ph_needless || _ph_done']),
    ...stepLines(stage, context),
    ...stage.exports.map(
      ({ line, sources }, index) =>
        `_ph_export ${index} ${line} ${sources.map((each) => quote(each)).join(' ')}`,
    ),
    '_ph_done',
    `} > ${folder}/log 2>&1`,
    '',
  ].join('\n');
}

/** The text of sh that carries out the last stage and becomes the action. */
export function actionScript(plan: BuildPlan, options: BuildOptions, start: ActionStart): string {
  const number = plan.stages.length - 1;
  return [
    `_ph_number=${number} _ph_stage=${quote('the last stage')} _ph_last=yes _ph_token=${quote(options.token)}`,
    CARRY_OUT,
    ...keepLines(options.kept),
    '{',
    `_ph_open ${quote(options.title)}`,
    ...lastStageLines(plan, options),
    ...startLines(plan.start, start),
    '',
  ].join('\n');
}

/** What the build of a plan depends on, but for what its containers find. */
export function instructionsOf(plan: BuildPlan, context: string): string {
  return plan.stages
    .flatMap((stage) => [
      `FROM ${stage.image}`,
      ...stepLines(stage, context),
      ...stage.exports.flatMap(({ sources }) => sources),
    ])
    .join('\n');
}

function keepLines(kept: KeptBuild | undefined): string[] {
  if (kept === undefined) return [];
  const { key, folder, mounts } = kept;
  return [`_ph_kept=${quote(folder)} _ph_key=${key} _ph_known=${quote(` ${mounts.join(' ')} `)}`, KEEP];
}

function lastStageLines(plan: BuildPlan, { context, kept }: BuildOptions): string[] {
  const lines = stepLines(stageAt(plan, plan.stages.length - 1), context);
  if (kept === undefined) return lines;
  const files = contextOf(plan).map((path) => quote(posix.join(context, path)));
  return [`if ! _ph_restore ${files.join(' ')}; then`, ...lines, '_ph_keep', 'fi'];
}

/** The files and folders of the context that are copied or mounted, in any stage. */
function contextOf({ stages }: BuildPlan): string[] {
  const sources = stages
    .flatMap(({ steps }) => steps)
    .flatMap((step): (CopySource | undefined)[] =>
      step.kind === 'copy'
        ? [...step.sources]
        : step.kind === 'run'
          ? step.mounts.map(({ source }) => source)
          : [],
    );
  return sources.flatMap((source) => {
    if (source?.kind === 'context')
      return source.entries.flatMap(({ from, kind }) => (kind === 'folder' ? [] : [from]));
    return source?.kind === 'archive' ? [source.path] : [];
  });
}

function stageAt({ stages }: BuildPlan, number: number): Stage {
  const stage = stages[number];
  if (stage === undefined) throw new Error(`there is no stage ${number}`);
  return stage;
}

function stepLines({ needs, steps }: Stage, context: string): string[] {
  return [
    ...needs.map((number) => `_ph_await ${number}`),
    ...steps.flatMap((step) => linesOf(step, context)),
  ];
}

function linesOf(step: Step, context: string): string[] {
  const begin = `_ph_begin ${step.line} ${quote(step.title)}`;
  const user = step.user === undefined ? "''" : shellWord(step.user);
  switch (step.kind) {
    case 'folder':
      return [begin, `_ph_folder ${shellWord(step.path)} ${user}`];
    case 'copy': {
      const [owner, mode] = [step.owner ?? [], step.mode ?? []].map(shellWord);
      const place = `_ph_place ${shellWord(step.target)} ${owner ?? ''} ${mode ?? ''}`;
      return [begin, '_ph_collect', ...step.sources.flatMap((source) => sourceLines(source, context)), place];
    }
    case 'run': {
      const variables = assignments(step.environment).join(' ');
      const file = `/__podhooks/stages/run.${step.line}`;
      const [script, argv] =
        step.script === undefined
          ? [[], step.argv]
          : [[`printf '%s' ${quote(step.script)} > ${file} && chmod 755 ${file}`], [file]];
      const command = `_ph_run ${user} ${shellWord(step.folder)} ${variables} ${argv.map(quote).join(' ')}`;
      const unmount = step.mounts.flatMap(({ target, stays }) =>
        stays ? [] : [`_ph_unmount ${shellWord(target)}`],
      );
      return [
        begin,
        ...step.mounts.flatMap((mount) => mountLines(mount, context)),
        ...script,
        command,
        ...unmount,
      ];
    }
  }
}

function mountLines({ target, source, stays }: RunMount, context: string): string[] {
  if (stays) return [`_ph_folder ${shellWord(target)}`];
  return [
    '_ph_collect',
    ...(source === undefined ? [] : sourceLines(source, context)),
    `_ph_mount ${shellWord(target)}`,
  ];
}

function sourceLines(source: CopySource, context: string): string[] {
  switch (source.kind) {
    case 'context':
      return source.entries.map((entry) => entryLine(entry, context));
    case 'text':
      return [`_ph_text ${quote(source.name)} ${shellWord(source.content)}`];
    case 'archive':
      return [`_ph_unpack ${quote(posix.join(context, source.path))} ${quote(source.option)}`];
    case 'stage':
      return [`_ph_from ${source.stage} ${source.number}`];
  }
}

function entryLine({ from, to, kind }: Entry, context: string): string {
  if (kind === 'folder') return `_ph_subfolder ${quote(to)}`;
  return `_ph_${kind} ${quote(posix.join(context, from))} ${quote(to)}`;
}

function assignments(variables: Variables, without: readonly string[] = []): string[] {
  return [...variables]
    .filter(([name]) => !without.includes(name))
    .map(([name, value]) => `${name}=${shellWord(value)}`);
}

/** As a step's own start (step/script.ts): PATH last, for `env` searches the program by it. */
function startLines({ environment, user }: Start, start: ActionStart): string[] {
  const path = environment.get('PATH');
  const [program = ''] = start.entrypoint;
  const command = [...start.entrypoint, ...start.args].map(quote).join(' ');
  return [
    `_ph_check ${start.line} ${quote(program)}`,
    `_ph_become ${user === undefined ? "''" : shellWord(user)}`,
    `cd ${quote(start.workingDirectory)} || _ph_fail 1`,
    '_ph_close',
    '} 2>&1',
    `_ph_path=${path === undefined ? '' : shellWord(path)}`,
    `set -- ${assignments(environment, ['PATH', ...Object.keys(start.environment)]).join(' ')}`,
    ...environmentLines(start.environment),
    '[ -z "$_ph_path" ] || set -- "$@" PATH="$_ph_path"',
    '[ $# = 0 ] || set -- env -- "$@"',
    `_ph_exec "$@" ${command}`,
  ];
}

import { HookError } from '@podhooks/hooklib';
import { answerLines } from './ask-for-changes.js';
import { type EndWords, endWordLines } from './end-words.js';
import { environmentLines } from './environment.js';
import type { LogPosition } from './output.js';
import { quote } from './quote.js';
import { ASK_FOR_CHANGES, FOLLOW, SUPERVISOR } from './shell-texts.js';

/** Where the hook's own files lie in every container of ours: an emptyDir of their own, never the work volume. */
export const HOOK_FOLDER = '/__podhooks';

/** A file that goes into the container before the step starts. */
export interface StepFile {
  path: string;
  content: Buffer;
}

export interface StepScript {
  /** Unlike any other of the job; names the step's folder in the pod. */
  id: string;
  /** Unguessable: what a step prints can never be taken for its end. Stands in the log with the end. */
  nonce: string;
  /** Unguessable, new for each exec, and in no file: what the step writes to the report channel is not taken for a report. */
  channel: string;
  /** How the recorder tells the exit code. */
  ends: EndWords;
  /** argv; its first entry is looked up in PATH. */
  command: readonly [string, ...string[]];
  workingDirectory: string;
  /** Of the job container and of the step. */
  environment: Readonly<Record<string, string>>;
  /** Directories before PATH, first one first. */
  prependPath: readonly string[];
  files: readonly StepFile[];
  /** Paths of files whose content is wanted back after the step. */
  results: readonly string[];
  /** Whether what the step changes in the work folder is wanted back: the agent's answer is one result more. */
  back?: boolean;
}

/** Results beyond this are refused: a block more is read, so that the hook can tell. The runner's own limit for summaries is 1 MiB. */
export const RESULT_LIMIT_BYTES = 4 * 1024 * 1024;
const BLOCK_BYTES = 64 * 1024;

/** The text that one exec of `sh` reads to run a step. Its last line starts it. */
export function stepScript(step: StepScript): string {
  return `${header(step)}${endWordLines(step.ends)}${SUPERVISOR}
_ph_step() {
cd ${quote(step.workingDirectory)} 2> /dev/null || { : > "$_ph_dir/nocwd"; exit 1; }
unset OLDPWD
_ph_path=$PATH
${environmentLines(step.environment).join('\n')}
${startLines(step)}
}
_ph_files() {
${step.files.map((file, index) => `_ph_file=${index}\n${writeFileLine(file)} || return`).join('\n')}
:
}
${resultsFunction(step)}
_ph_run
`;
}

/** Text that the hook sends to the same `sh` when it has everything: only then may the log go. */
export function finishText({ id }: Pick<StepScript, 'id'>): string {
  return `rm -rf ${folderOf(id)} ${folderOf(id)}.back*\nexit 0\n`;
}

/** Text for the same `sh` when all before this segment of the log has been passed on: it may go. */
export function passedOn({ segment }: Pick<LogPosition, 'segment'>): string {
  return `: ${segment}\n`;
}

/** The text that follows a step's log from a place on, after a connection was lost. */
export function followScript(
  step: Pick<StepScript, 'id' | 'nonce' | 'channel' | 'results' | 'back'>,
  { segment, offset }: LogPosition,
): string {
  return `${header(step)}_ph_segment=${segment} _ph_offset=${offset}
${SUPERVISOR}
${resultsFunction(step)}
${FOLLOW}`;
}

function header({ id, nonce, channel }: Pick<StepScript, 'id' | 'nonce' | 'channel'>): string {
  return `_ph_dir=${folderOf(id)} _ph_nonce=${nonce} _ph_channel=${channel}\n`;
}

/** The step's folder in the pod: log, process ids, marks of its progress. */
export function folderOf(id: string): string {
  return `${HOOK_FOLDER}/${id}`;
}

/**
 * `--`, for a key may begin with `-`. `env` must be found in the image's PATH, not in a directory that the workflow put before it: so the new PATH is one of
 * its arguments, and `env` then searches the command there.
 */
function startLines({ command, prependPath }: StepScript): string {
  checkProgram(command[0]);
  const prepend = prependPath.length === 0 ? '' : `_ph_path=${quote(prependPath.join(':'))}:$_ph_path\n`;
  return `${prepend}[ "$_ph_path" = "$PATH" ] || set -- "$@" PATH="$_ph_path"
[ $# = 0 ] || set -- env -- "$@"
exec "$@" ${command.map(quote).join(' ')}`;
}

/** For `exec` and `env` it would be an option or a variable: they end with 0, and nothing has run. */
function checkProgram(program: string): void {
  if (!/^-|=/.test(program)) return;
  throw new HookError(
    'STEP_INVALID',
    `The step was not started: ${JSON.stringify(program)} is not the name of a program.`,
    { hint: 'Correct the shell of the step: `shell: bash -e {0}`, say.' },
  );
}

/** printf is built in, so contents are in no argument list; a NUL byte has to be written as an escape. */
export function writeFileLine({ path, content }: StepFile): string {
  const text = content.toString('utf8');
  const exact = !text.includes('\0') && Buffer.from(text).equals(content);
  const words = exact
    ? `'%s' ${quote(text)}`
    : `'${[...content].map((byte) => `\\${byte.toString(8).padStart(3, '0')}`).join('')}'`;
  return `printf ${words} > ${quote(path)}`;
}

/** Regular files only: what else may stand there need not have an end. Of what is there and cannot be read, this is said. */
function resultsFunction({ results, back = false }: Pick<StepScript, 'results' | 'back'>): string {
  const blocks = RESULT_LIMIT_BYTES / BLOCK_BYTES + 1;
  const lines = results.map(
    (path, index) => `if [ -f ${quote(path)} ]; then
_ph_report 'file ${index}'
[ ! -s ${quote(path)} ] || dd bs=${BLOCK_BYTES} count=${blocks} if=${quote(path)} >&2 2> /dev/null || _ph_report 'unread ${index}'
elif [ -e ${quote(path)} ] || [ -L ${quote(path)} ]; then
_ph_report 'unread ${index}'
fi`,
  );
  return `${back ? ASK_FOR_CHANGES : ''}_ph_results() {
${back ? '_ph_ask' : ''}
${lines.join('\n')}
${back ? answerLines(results.length, BLOCK_BYTES) : ''}
:
}`;
}

import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Variables } from './runner.js';

const PREFIXES = {
  GITHUB_PATH: 'add_path_',
  GITHUB_ENV: 'set_env_',
  GITHUB_STEP_SUMMARY: 'step_summary_',
  GITHUB_STATE: 'save_state_',
  GITHUB_OUTPUT: 'set_output_',
  GITHUB_ARTIFACTS: 'artifacts_',
  GITHUB_ARTIFACTS_LIST: 'artifacts_list_',
};
const SUMMARY_LIMIT_BYTES = 1024 * 1024;

type FileCommand = keyof typeof PREFIXES;
export type FileCommandPaths = Readonly<Record<FileCommand, string>>;

export interface FileCommandResults {
  env: Variables;
  outputs: Variables;
  state: Variables;
  path: string[];
  summary: string;
  errors: string[];
}

/** The files of one step, in the order in which their variables stand in its environment. */
export function fileCommandPaths(folder: string, guid: string): FileCommandPaths {
  const path = (name: FileCommand) => join(folder, PREFIXES[name] + guid);
  return {
    GITHUB_PATH: path('GITHUB_PATH'),
    GITHUB_ENV: path('GITHUB_ENV'),
    GITHUB_STEP_SUMMARY: path('GITHUB_STEP_SUMMARY'),
    GITHUB_STATE: path('GITHUB_STATE'),
    GITHUB_OUTPUT: path('GITHUB_OUTPUT'),
    GITHUB_ARTIFACTS: path('GITHUB_ARTIFACTS'),
    GITHUB_ARTIFACTS_LIST: path('GITHUB_ARTIFACTS_LIST'),
  };
}

export async function createFileCommands(paths: FileCommandPaths): Promise<void> {
  for (const path of Object.values(paths)) await writeFile(path, '');
}

/** Reads what the step wrote. A file that is gone counts as empty; a broken one is an error of the step. */
export async function readFileCommands(paths: FileCommandPaths): Promise<FileCommandResults> {
  const errors: string[] = [];
  const text = async (name: FileCommand) => {
    try {
      return await readFile(paths[name], 'utf8');
    } catch (error) {
      if (!(error instanceof Error && 'code' in error && error.code === 'ENOENT'))
        errors.push(`Unable to process file command for ${name}: ${String(error)}`);
      return '';
    }
  };
  const pairs = async (name: FileCommand): Promise<Record<string, string>> => {
    try {
      return parsePairs(await text(name));
    } catch (error) {
      errors.push(`Unable to process file command for ${name}: ${String(error)}`);
      return {};
    }
  };
  const { NODE_OPTIONS: refused, ...env } = await pairs('GITHUB_ENV');
  if (refused !== undefined)
    errors.push("Can't store NODE_OPTIONS output parameter using '$GITHUB_ENV' command.");
  const outputs = await pairs('GITHUB_OUTPUT');
  const state = await pairs('GITHUB_STATE');
  const path = (await text('GITHUB_PATH')).split(/\r?\n|\r/).filter((line) => line !== '');
  let summary = await text('GITHUB_STEP_SUMMARY');
  if (Buffer.byteLength(summary) > SUMMARY_LIMIT_BYTES) {
    errors.push('$GITHUB_STEP_SUMMARY upload aborted, supports content up to a size of 1024k.');
    summary = '';
  }
  return { env, outputs, state, path, summary, errors };
}

/** Parses `name=value` and `name<<DELIMITER ... DELIMITER` (FileCommandManager.cs). Throws Error for anything else. */
export function parsePairs(text: string): Record<string, string> {
  const pairs = new Map<string, string>();
  const lines = text.match(/[^\r\n]*(?:\r\n|\r|\n)|[^\r\n]+$/g) ?? [];
  for (let index = 0; index < lines.length; index++) {
    const line = withoutEnd(lines[index] ?? '');
    if (line === '') continue;
    const equals = line.indexOf('=');
    const heredoc = line.indexOf('<<');
    const isHeredoc = heredoc >= 0 && (equals < 0 || heredoc < equals);
    const name = line.slice(0, isHeredoc ? heredoc : Math.max(equals, 0));
    if (name === '') throw new Error(`Invalid format '${line}'`);
    if (!isHeredoc) {
      pairs.set(name, line.slice(equals + 1));
      continue;
    }
    const delimiter = line.slice(heredoc + 2);
    if (delimiter === '') throw new Error(`Invalid format '${line}'. Delimiter must not be empty.`);
    const end = lines.findIndex((next, at) => at > index && withoutEnd(next) === delimiter);
    if (end < 0) throw new Error(`Matching delimiter not found '${delimiter}'`);
    pairs.set(name, withoutEnd(lines.slice(index + 1, end).join('')));
    index = end;
  }
  return Object.fromEntries(pairs);
}

function withoutEnd(line: string): string {
  return line.replace(/(?:\r\n|\r|\n)$/, '');
}

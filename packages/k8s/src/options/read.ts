import { nearest } from '../yaml/suggest.js';
import { splitCommandLine } from './command-line.js';
import { Effects } from './effects.js';
import type { Option, Role } from './option.js';
import { isAllowed, keepWithinPolicy, type OptionsPolicy } from './policy.js';
import { OPTIONS } from './table.js';

/** What came of the `options:` of one container. Values are shown only where they cannot be secrets. */
export interface ReadOptions {
  effects: Effects;
  /** What is wrong, each with its option and what was seen. */
  faults: string[];
  refused: Option[];
  unused: Option[];
}

interface Given {
  name: string;
  option: Option | undefined;
  value: string | undefined;
}

const BY_NAME = new Map(OPTIONS.flatMap((option) => option.names.map((name) => [name, option] as const)));
const LONGEST_SHOWN = 40;

/** Reads the `options:` of one container. It throws nothing: what cannot be used is left out, and told. */
export function readOptions(text: string | null, role: Role, policy: OptionsPolicy): ReadOptions {
  const read: ReadOptions = { effects: new Effects(), faults: [], refused: [], unused: [] };
  const line = splitCommandLine(text ?? '');
  if ('fault' in line) {
    read.faults.push(
      `${line.fault}, so that none of them is used`,
      ...keepWithinPolicy(read.effects, policy),
    );
    return read;
  }
  const { given, stray } = optionsIn(line.words);
  for (const each of given) use(each, role, policy, read);
  if (stray > 0)
    read.faults.push(
      `${stray === 1 ? 'one word belongs' : `${stray} words belong`} to no option: put values with blanks between quotes`,
    );
  read.faults.push(...keepWithinPolicy(read.effects, policy));
  checkTogether(read);
  return read;
}

function use({ name, option, value }: Given, role: Role, policy: OptionsPolicy, read: ReadOptions): void {
  if (option === undefined) {
    const meant = nearest(
      name,
      [...BY_NAME.keys()].filter((known) => known.startsWith('--')),
    );
    read.faults.push(
      `${name} is not an option of docker create${meant === undefined ? '' : `; did you mean ${meant}?`}`,
    );
    return;
  }
  if (!('apply' in option)) add(option.kind === 'refused' ? read.refused : read.unused, option);
  else if (!option.roles.includes(role)) add(read.unused, option);
  else if (option.kind === 'guarded' && !isAllowed(written(option, value), policy)) add(read.refused, option);
  else if (value === undefined) read.faults.push(`${name} has no value`);
  else {
    const fault = option.apply(value, read.effects);
    if (fault !== undefined)
      read.faults.push(`${name}: ${fault}${option.hidden ? '' : `; got ${shown(value)}`}`);
  }
}

/** As a glob of the administrator has it. */
function written({ names: [name = ''], isFlag }: Option, value = ''): string {
  return isFlag ? name : `${name}=${value}`;
}

function add(list: Option[], option: Option): void {
  if (!list.includes(option)) list.push(option);
}

const shown = (value: string): string =>
  JSON.stringify(value.length > LONGEST_SHOWN ? `${value.slice(0, LONGEST_SHOWN)}...` : value);

/** Options with their values: `--name value`, `--name=value`, `-m1g`, `-it`. */
function optionsIn(words: readonly string[]): { given: Given[]; stray: number } {
  const given: Given[] = [];
  let stray = 0;
  for (let index = 0; index < words.length; index++) {
    const word = words[index] ?? '';
    if (!/^--?[a-z]/i.test(word)) {
      // What follows an unknown option may be its value.
      if (given.length === 0 || given.at(-1)?.option !== undefined) stray++;
      continue;
    }
    const found = word.startsWith('--') ? [long(word)] : short(word);
    const last = found.at(-1);
    if (last?.option !== undefined && last.value === undefined)
      last.value = last.option.isFlag ? 'true' : words[++index];
    given.push(...found);
  }
  return { given, stray };
}

function long(word: string): Given {
  const [, name = word, value] = /^([^=]+)(?:=(.*))?$/s.exec(word) ?? [];
  return { name, option: BY_NAME.get(name), value };
}

/** Letters behind one dash: flags up to the first that takes a value, which is the rest. */
function short(word: string): Given[] {
  const given: Given[] = [];
  for (let at = 1; at < word.length; at++) {
    const name = `-${word.charAt(at)}`;
    const option = BY_NAME.get(name);
    const rest = word.slice(at + 1);
    if (option !== undefined && option.isFlag && rest !== '' && !rest.startsWith('=')) {
      given.push({ name, option, value: 'true' });
      continue;
    }
    const value = option === undefined || rest === '' ? undefined : rest.replace(/^=/, '');
    return [...given, { name, option, value }];
  }
  return given;
}

/** What each option for itself cannot know. */
function checkTogether({ effects, faults }: ReadOptions): void {
  const { memory = 0, memoryReservation = 0, health } = effects;
  if (memory > 0 && memoryReservation > memory) {
    faults.push('--memory-reservation is larger than --memory, and is not used');
    effects.memoryReservation = undefined;
  }
  if (health.command === undefined && Object.keys(health).length > 0)
    faults.push(
      'the health options do nothing without --health-cmd: Kubernetes does not run the health check of an image',
    );
}

import { invalid, unsupported } from './fault.js';

/** A here-document behind an instruction. */
export interface Heredoc {
  name: string;
  /** Without the tabs that `<<-` takes away. */
  content: string;
  /** Whether variables in it are expanded: not if its name was quoted. */
  expands: boolean;
  /** As it stands in the file, its last line included. */
  raw: string;
}

/** An instruction as it stands in the file, its continuation lines joined. */
export interface Instruction {
  line: number;
  /** In capital letters. */
  keyword: string;
  text: string;
  heredocs: Heredoc[];
}

export interface Lines {
  instructions: Instruction[];
  /** The character that escapes others, and continues lines. */
  escape: string;
}

/** Of those that people write, none has a tenth of it. */
const MAX_INSTRUCTIONS = 2_000;
const WITH_HEREDOCS = ['RUN', 'COPY', 'ADD'];
const COMMENT = /^\s*#/;

/** Splits a Dockerfile into its instructions. @throws DockerfileFault. */
export function readLines(text: string): Lines {
  const lines = text.replace(/^\uFEFF/, '').split(/\r?\n/);
  const escape = escapeOf(lines);
  const continued = new RegExp(`(^|[^\\${escape}])\\${escape}[ \\t]*$`);
  const instructions: Instruction[] = [];
  for (let at = 0; at < lines.length; at++) {
    const first = lines[at] ?? '';
    if (first.trim() === '' || COMMENT.test(first)) continue;
    const line = at + 1;
    if (instructions.length === MAX_INSTRUCTIONS)
      throw unsupported(line, `more than ${MAX_INSTRUCTIONS} instructions are not supported`);
    const parts: string[] = [];
    let part = first.trimStart();
    while (continued.test(part) && at + 1 < lines.length) {
      const next = lines[++at] ?? '';
      // Comments and empty lines within an instruction are left out.
      if (next.trim() === '' || COMMENT.test(next)) continue;
      parts.push(part.replace(continued, '$1'));
      part = next;
    }
    const joined = [...parts, part.replace(continued, '$1')].join('').trim();
    const [, word = '', rest = ''] = /^(\S+)\s*(.*)$/s.exec(joined) ?? [];
    const keyword = word.toUpperCase();
    const heredocs: Heredoc[] = [];
    if (WITH_HEREDOCS.includes(keyword))
      for (const opening of openings(rest)) {
        const start = at + 1;
        let end = start;
        while (end < lines.length && !closes(lines[end] ?? '', opening)) end++;
        if (end === lines.length) throw invalid(line, `the here-document ${opening.name} has no end`);
        heredocs.push(heredoc(opening, lines.slice(start, end), lines[end] ?? ''));
        at = end;
      }
    instructions.push({ line, keyword, text: rest, heredocs });
  }
  return { instructions, escape };
}

/** Parser directives are comments before all else; of those that docker knows, only this one changes what is read. */
function escapeOf(lines: readonly string[]): string {
  for (const line of lines) {
    const [, name = '', value = ''] = /^\s*#\s*([A-Za-z]+)\s*=\s*(.+?)\s*$/.exec(line) ?? [];
    if (name === '') return '\\';
    if (name.toLowerCase() !== 'escape') continue;
    if (value !== '\\' && value !== '`')
      throw invalid(lines.indexOf(line) + 1, `escape must be \\ or \`, not ${value}`);
    return value;
  }
  return '\\';
}

interface Opening {
  name: string;
  quoted: boolean;
  stripsTabs: boolean;
}

const OPENING = /^\d*<<(-?)(['"]?)([A-Za-z0-9_.]+)\2$/;

/** The here-documents that a line announces: words of their own, outside of quotes. */
function openings(text: string): Opening[] {
  return text
    .replaceAll(/(?<=^|\s)(?:'[^']*'|"(?:[^"\\]|\\.)*")/gs, (quoted) => '_'.repeat(quoted.length))
    .split(/\s+/)
    .flatMap((word) => openingOf(word) ?? []);
}

/** What a word announces, if it is the start of a here-document. */
export function openingOf(word: string): Opening | undefined {
  const match = OPENING.exec(word);
  if (match === null) return undefined;
  const [, dash, quote, name = ''] = match;
  return { name, quoted: quote !== '', stripsTabs: dash === '-' };
}

function closes(line: string, { name, stripsTabs }: Opening): boolean {
  return (stripsTabs ? line.replace(/^\t+/, '') : line) === name;
}

function heredoc({ name, quoted, stripsTabs }: Opening, lines: readonly string[], last: string): Heredoc {
  const kept = lines.map((line) => (stripsTabs ? line.replace(/^\t+/, '') : line));
  const ended = (each: readonly string[]) => each.map((line) => `${line}\n`).join('');
  return { name, content: ended(kept), expands: !quoted, raw: ended([...lines, last]) };
}

export interface Flags {
  values: ReadonlyMap<string, readonly string[]>;
  /** What follows the flags. */
  rest: string;
}

/**
 * Takes `--name=value` from the beginning of an instruction.
 * @param known the flags that are carried out, or may be left out; others have no counterpart here.
 * @throws DockerfileFault.
 */
export function readFlags({ line, keyword, text }: Instruction, known: readonly string[]): Flags {
  const values = new Map<string, string[]>();
  let rest = text;
  for (;;) {
    const [flag, name = '', value = ''] = /^--([a-zA-Z-]+)(?:=(\S*))?(?:\s+|$)/.exec(rest) ?? [];
    if (flag === undefined) return { values, rest };
    if (!known.includes(name)) throw unsupported(line, `${keyword} --${name} is not supported`);
    values.set(name, [...(values.get(name) ?? []), value]);
    rest = rest.slice(flag.length);
  }
}

/** The list of an instruction in exec form; undefined for one in shell form. */
export function execForm(text: string): string[] | undefined {
  if (!text.startsWith('[')) return undefined;
  let list: unknown;
  try {
    list = JSON.parse(text);
  } catch {
    return undefined;
  }
  return Array.isArray(list) && list.every((each) => typeof each === 'string') ? list : undefined;
}

/** `key=value,key=value` of RUN --mount; a key alone is true. */
export function readMount(text: string, line: number): ReadonlyMap<string, string> {
  const pairs = text.split(',').map((pair) => {
    const [, key = '', value = 'true'] = /^([a-zA-Z]+)(?:=(.*))?$/s.exec(pair) ?? [];
    if (key === '') throw invalid(line, `--mount=${text} is not a list of key=value`);
    return [key.toLowerCase(), value.replace(/^"(.*)"$/s, '$1')] as const;
  });
  return new Map(pairs);
}

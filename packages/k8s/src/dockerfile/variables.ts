import { quote } from '../step/quote.js';
import { invalid, unsupported } from './fault.js';
import type { Piece } from './words.js';

/** A text of which some is known only in the container: what the base image has in its environment. */
export type Value = readonly (string | BaseVariable)[];

export interface BaseVariable {
  base: string;
  operator: string;
  word: Value;
}

/** The variables at a place in a Dockerfile. */
export type Variables = ReadonlyMap<string, Value>;

/** Where nothing is known of a variable: before FROM there is no base image. */
export type Unknown = 'is unset' | 'may be in the base image';

/** The kernel takes no longer one into an environment. `ENV A=$A$A` doubles it with each line. */
const MAX_LENGTH = 128 * 1024;

/** Puts the values of variables in their places. @throws DockerfileFault for `${name:?why}`. */
export function expand(
  pieces: readonly Piece[],
  variables: Variables,
  unknown: Unknown,
  line: number,
): Value {
  const value = joined(
    pieces.flatMap((piece) => {
      if (typeof piece === 'string') return [piece];
      const { name, operator } = piece;
      const word = expand(piece.word, variables, unknown, line);
      const known = variables.get(name);
      if (known === undefined && unknown === 'may be in the base image')
        return [{ base: name, operator: operator.replace(/:?\?/, ''), word }];
      const [only] = known ?? [];
      // Whether that is empty shows in the container only.
      if (known?.length === 1 && typeof only === 'object' && only.operator === '')
        return [{ ...only, operator: operator.replace(/:?\?/, ''), word }];
      const counts = operator.startsWith(':') ? known !== undefined && known.length > 0 : known !== undefined;
      if (operator.endsWith('-')) return counts ? (known ?? []) : word;
      if (operator.endsWith('+')) return counts ? word : [];
      if (operator.endsWith('?') && !counts)
        throw invalid(line, `${name} has no value: ${literalText(word) ?? ''}`);
      return known ?? [];
    }),
  );
  if (lengthOf(value) > MAX_LENGTH)
    throw unsupported(line, `a value of more than ${MAX_LENGTH} characters is not supported`);
  return value;
}

/** About what it takes in the text of a shell. */
export function lengthOf(value: Value): number {
  return value.reduce(
    (sum, part) =>
      sum + (typeof part === 'string' ? part.length : part.base.length + lengthOf(part.word) + 1),
    0,
  );
}

/** Neighbouring texts become one, and empty ones go: a value without parts is empty. */
export function joined(parts: Value): Value {
  const result: (string | BaseVariable)[] = [];
  for (const part of parts) {
    const last = result.at(-1);
    if (typeof part === 'string' && typeof last === 'string') result[result.length - 1] = last + part;
    else if (part !== '') result.push(part);
  }
  return result;
}

/** The text, if all of it is known. */
export function literalText(value: Value): string | undefined {
  const texts = value.flatMap((part) => (typeof part === 'string' ? [part] : []));
  return texts.length === value.length ? texts.join('') : undefined;
}

/** One word of sh that stands for the value. */
export function shellWord(value: Value): string {
  if (value.length === 0) return "''";
  return value.map((part) => (typeof part === 'string' ? quote(part) : `"${reference(part)}"`)).join('');
}

function reference({ base, operator, word }: BaseVariable): string {
  return `\${${base}${operator === '' ? '-' : operator}${word.map(inQuotes).join('')}}`;
}

function inQuotes(part: string | BaseVariable): string {
  return typeof part === 'string' ? part.replaceAll(/["$`\\}]/g, '\\$&') : reference(part);
}

import { isList, type JsonMap } from '../json.js';

/** What a setting can be: how it reads as a variable and in the settings file, and what editors are told of it. */
export interface Kind<T> {
  /** Goes on after "wants" and "expected". */
  readonly wants: string;
  /** The value of a variable's text; undefined if it is none. */
  ofText(text: string): T | undefined;
  /** The value of what stands in the file; undefined if it is none. */
  ofYaml(value: unknown): T | undefined;
  /** The same as ofYaml in the words of JSON schema. */
  readonly schema: JsonMap;
  /** What a text says may be a secret, and is not shown. */
  readonly hidden?: true;
}

export const text: Kind<string> = {
  wants: 'a text',
  ofText: (value) => value,
  ofYaml: (value) => (typeof value === 'string' && value !== '' ? value : undefined),
  schema: { type: 'string', minLength: 1 },
};

export const path: Kind<string> = {
  wants: 'an absolute path',
  ofText: (value) => (value.startsWith('/') ? value : undefined),
  ofYaml: (value) => (typeof value === 'string' && value.startsWith('/') ? value : undefined),
  schema: { type: 'string', pattern: '^/' },
};

/** One of a few words. */
export function choice<T extends string>(...words: readonly [T, ...T[]]): Kind<T> {
  const ofYaml = (value: unknown) => words.find((word) => word === value);
  return {
    wants: words.length === 1 ? words[0] : `one of ${words.join(', ')}`,
    ofText: ofYaml,
    ofYaml,
    schema: { enum: words },
  };
}

export const flag: Kind<boolean> = {
  wants: 'true or false',
  ofText: (value) => {
    const word = value.toLowerCase();
    if (['true', '1', 'yes'].includes(word)) return true;
    return ['false', '0', 'no'].includes(word) ? false : undefined;
  },
  ofYaml: (value) => (typeof value === 'boolean' ? value : undefined),
  schema: { type: 'boolean' },
};

/** Names with `*`; in a variable divided by commas or white space. */
export const globs: Kind<readonly string[]> = {
  wants: 'a list of names with *',
  ofText: (value) => value.split(/[\s,]+/).filter((glob) => glob !== ''),
  ofYaml: (value) => (isList(value) && value.every(isName) ? value : undefined),
  schema: { type: 'array', items: { type: 'string', pattern: '^\\S+$' } },
};

const isName = (value: unknown): value is string => typeof value === 'string' && /^\S+$/.test(value);

/** In a variable divided by commas or white space. */
export const paths: Kind<readonly string[]> = {
  wants: 'a list of absolute paths',
  ofText: (value) => paths.ofYaml(globs.ofText(value)),
  ofYaml: (value) => (isList(value) && value.every(isPath) ? value : undefined),
  schema: { type: 'array', items: { type: 'string', pattern: '^/\\S*$' } },
};

const isPath = (value: unknown): value is string => isName(value) && value.startsWith('/');

export function number(unit: string, least: number): Kind<number> {
  const ofYaml = (value: unknown) =>
    typeof value === 'number' && Number.isFinite(value) && value >= least ? value : undefined;
  return {
    wants: `a number of ${unit}, ${least} or more`,
    ofText: (value) => ofYaml(Number(value)),
    ofYaml,
    schema: { type: 'number', minimum: least },
  };
}

export function wholeNumber(least: number): Kind<number> {
  const kind = number('', least);
  const whole = (value: number | undefined) => (Number.isSafeInteger(value) ? value : undefined);
  return {
    wants: `a whole number, ${least} or more`,
    ofText: (value) => whole(kind.ofText(value)),
    ofYaml: (value) => whole(kind.ofYaml(value)),
    schema: { type: 'integer', minimum: least },
  };
}

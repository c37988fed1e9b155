/** Stands for any number of items, also none. */
const ANY: unique symbol = Symbol('any number');
type Test<T> = (item: T) => boolean;
type Part<T> = typeof ANY | Test<T>;

const EVERY = () => true;

/** Whether a name of a path matches a pattern, by the rules of Go's filepath.Match. */
export function namePattern(pattern: string): Test<string> {
  const parsed: Part<string>[] = [];
  for (let at = 0; at < pattern.length; at++) {
    const char = pattern[at] ?? '';
    const [set] = char === '[' ? (/^\[\^?(?:\\.|[^\]\\])+\]/s.exec(pattern.slice(at)) ?? []) : [];
    if (char === '*') parsed.push(ANY);
    else if (char === '?') parsed.push(EVERY);
    else if (set !== undefined) {
      parsed.push(setPattern(set));
      at += set.length - 1;
    } else {
      const literal = char === '\\' ? (pattern[++at] ?? '\\') : char;
      parsed.push((other) => other === literal);
    }
  }
  return (name) => matches(parsed, Array.from(name));
}

/** The same for a whole path, in which `**` stands for any number of folders; at the end, for all that is below. */
export function pathPattern(pattern: string): Test<string> {
  const names = pattern.split('/');
  const parsed = names.flatMap((name, index): Part<string>[] => {
    if (name !== '**') return [namePattern(name.replaceAll('**', '*'))];
    return index === names.length - 1 ? [EVERY, ANY] : [ANY];
  });
  return (path) => matches(parsed, path.split('/'));
}

export function hasWildcard(text: string): boolean {
  return /[*?[\\]/.test(text);
}

/** `[a-z]`, `[^a]`: a range whose ends are the wrong way round has no character. */
function setPattern(set: string): Test<string> {
  const isNegated = set.startsWith('[^');
  const chars = [...set.slice(isNegated ? 2 : 1, -1).matchAll(/\\?(.)(?:-\\?(.))?/gsu)];
  return (char) => chars.some(([, from = '', to = from]) => from <= char && char <= to) !== isNegated;
}

/** Not by a regular expression: one with many stars takes for ever to see that a long name does not match. */
function matches<T>(pattern: readonly Part<T>[], items: readonly T[]): boolean {
  let [at, place] = [0, 0];
  /** Behind the last ANY, and the first item that it does not stand for so far. */
  let again: { at: number; place: number } | undefined;
  while (place < items.length) {
    const part = pattern[at];
    const item = items[place];
    if (part === ANY) again = { at: ++at, place };
    else if (part !== undefined && item !== undefined && part(item)) {
      at++;
      place++;
    } else if (again === undefined) return false;
    else {
      again.place++;
      ({ at, place } = again);
    }
  }
  return pattern.slice(at).every((part) => part === ANY);
}

/** The text of a regular expression for a name with `*`. */
export function globExpression(glob: string, any = '.*'): string {
  return glob
    .split('*')
    .map((part) => part.replaceAll(/[.+?^${}()|[\]\\]/g, '\\$&'))
    .join(any);
}

/** The first of the globs that matches the whole text. */
export function findGlob(text: string, globs: readonly string[]): string | undefined {
  return globs.find((glob) => matches(glob, text));
}

/** Not by a regular expression: one with several stars takes for ever to see that a long text does not match. */
function matches(glob: string, text: string): boolean {
  const [first = '', ...parts] = glob.split('*');
  const last = parts.pop();
  if (last === undefined) return text === first;
  const end = text.length - last.length;
  let at = first.length;
  if (!text.startsWith(first) || !text.endsWith(last) || at > end) return false;
  for (const part of parts) {
    const found = text.indexOf(part, at);
    if (found === -1) return false;
    at = found + part.length;
  }
  return at <= end;
}

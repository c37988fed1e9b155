/** The text of a regular expression for a name with `*`. */
export function globExpression(glob: string, any = '.*'): string {
  return glob
    .split('*')
    .map((part) => part.replaceAll(/[.+?^${}()|[\]\\]/g, '\\$&'))
    .join(any);
}

/** The first of the globs that matches the whole text. */
export function findGlob(text: string, globs: readonly string[]): string | undefined {
  return globs.find((glob) => new RegExp(`^${globExpression(glob)}$`, 's').test(text));
}

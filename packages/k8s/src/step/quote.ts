/**
 * A word of a POSIX shell that stands for exactly this text, whatever it holds: the only place where text becomes
 * shell. A NUL byte can be in no argument and no variable; callers refuse it before.
 */
export function quote(text: string): string {
  return /^[\w\-./:@%+=,]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`;
}

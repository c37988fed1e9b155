/** The arguments that a text comes to, or what is wrong with its quotes. */
export type CommandLine = { words: readonly string[] } | { fault: string };

/**
 * Cuts `options:` into arguments as the runner does for docker: double quotes hold a word together, a backslash means
 * itself unless a double quote follows. Single quotes hold a word together, too, as people know it from a shell.
 */
export function splitCommandLine(text: string): CommandLine {
  const words: string[] = [];
  let word: string | undefined;
  let quote: { mark: string; at: number } | undefined;
  for (let index = 0; index < text.length; index++) {
    const char = text.charAt(index);
    const next = text.charAt(index + 1);
    if (quote?.mark !== "'" && char === '\\' && next === '"') {
      word = `${word ?? ''}"`;
      index++;
    } else if (char === quote?.mark) {
      // Within double quotes, the runner takes two of them for one that is meant.
      if (char === '"' && next === '"') {
        word = `${word ?? ''}"`;
        index++;
      } else quote = undefined;
    } else if (quote === undefined && (char === '"' || char === "'")) {
      quote = { mark: char, at: index };
      word ??= '';
    } else if (quote === undefined && /\s/.test(char)) {
      if (word !== undefined) words.push(word);
      word = undefined;
    } else word = `${word ?? ''}${char}`;
  }
  if (quote !== undefined)
    return { fault: `the quote ${quote.mark} at character ${quote.at + 1} is never closed` };
  if (word !== undefined) words.push(word);
  return { words };
}

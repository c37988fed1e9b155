import { HookError } from './errors.js';

const BLANK = /[ \t\r\n]/;

/**
 * Splits a command line into its arguments, with the quoting of a POSIX shell and without any expansion:
 * - blanks, tabs and newlines separate; quotes keep them, and `""` is an empty argument;
 * - in double quotes `\"` and `\\` stand for `"` and `\`; every other backslash is itself, so `"\d+"` is `\d+`;
 * - in single quotes everything is itself;
 * - outside quotes a backslash takes the meaning of the next character, and joins two lines before a newline.
 *
 * Why these rules: what the runner composes (shells, JavaScript actions, `runs.args`) quotes with `"` and `\"` only,
 * which reads the same here and by the .NET rules that the runner has for docker. What people write by hand
 * (`shell: perl -e 'print 1' {0}`) means a shell's single quotes, which .NET does not know. The one difference left
 * is a double backslash: .NET halves it only before a quote, a shell always.
 *
 * @throws HookError STEP_INVALID for a quote that is never closed. The text is not shown, it may hold secrets.
 */
export function splitCommandLine(text: string): string[] {
  const words: string[] = [];
  /** Undefined between two words, for an empty word is a word as well. */
  let word: string | undefined;
  for (let at = 0; at < text.length; at++) {
    const char = text.charAt(at);
    if (char === '"' || char === "'") {
      const quoted = quotedAt(text, at);
      word = (word ?? '') + quoted.content;
      at = quoted.end;
    } else if (char === '\\' && at + 1 < text.length) {
      at += 1;
      if (text.charAt(at) !== '\n') word = (word ?? '') + text.charAt(at);
    } else if (!BLANK.test(char)) {
      word = (word ?? '') + char;
    } else if (word !== undefined) {
      words.push(word);
      word = undefined;
    }
  }
  return word === undefined ? words : [...words, word];
}

/** What stands between the quote at `start` and the quote that closes it, which is at `end`. */
function quotedAt(text: string, start: number): { content: string; end: number } {
  const quote = text.charAt(start);
  let content = '';
  for (let at = start + 1; at < text.length; at++) {
    const char = text.charAt(at);
    if (char === quote) return { content, end: at };
    if (char === '\\' && quote === '"' && '"\\'.includes(text.charAt(at + 1))) at += 1;
    content += text.charAt(at);
  }
  const name = quote === '"' ? 'double' : 'single';
  throw new HookError(
    'STEP_INVALID',
    `The ${name} quote at character ${start + 1} of the arguments is never closed`,
    {
      hint: 'Correct the quotes in `shell:`, `args:` or `command:` of the step; an apostrophe has to stand in double quotes.',
    },
  );
}

/**
 * The arguments of an entry point. The runner cuts its command line at every blank, also within quotes, so the pieces
 * are no arguments before they are joined again.
 * @throws HookError STEP_INVALID as splitCommandLine
 */
export function argumentsOf(pieces: readonly string[]): string[] {
  return splitCommandLine(pieces.join(' '));
}

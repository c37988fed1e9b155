import { invalid, unsupported } from './fault.js';

/** A piece of a text: as it is, or a variable. */
export type Piece = string | Variable;

export interface Variable {
  name: string;
  /** `:-`, `-`, `:+`, `+`, `:?`, `?`; empty for the plain value. */
  operator: string;
  word: Piece[];
}

/** `${a:-${b:-…}}`: nobody writes more. */
const MAX_DEPTH = 20;

/** How a text is read: where it stands, and what escapes characters in it. */
export interface Reading {
  line: number;
  escape: string;
  /** Quotes are ordinary characters: in here-documents. */
  plainQuotes?: boolean;
}

/** Splits at blanks outside of quotes; quotes and escapes stay in the words. */
export function splitWords(text: string, { escape }: Pick<Reading, 'escape'>): string[] {
  const words: string[] = [];
  let word = '';
  let quote = '';
  for (let at = 0; at < text.length; at++) {
    const char = text[at] ?? '';
    if (quote === '' && /\s/.test(char)) {
      if (word !== '') words.push(word);
      word = '';
      continue;
    }
    word += char;
    if (char === escape && quote !== "'") word += text[++at] ?? '';
    else if (quote === '' && (char === '"' || char === "'")) quote = char;
    else if (char === quote) quote = '';
  }
  return word === '' ? words : [...words, word];
}

/** The pieces of a word, without its quotes and escapes. @throws DockerfileFault. */
export function parseWord(text: string, reading: Reading): Piece[] {
  return new WordReader(text, reading).pieces(() => false);
}

class WordReader {
  private at = 0;
  private depth = 0;

  constructor(
    private readonly text: string,
    private readonly reading: Reading,
  ) {}

  pieces(isEnd: (char: string) => boolean): Piece[] {
    const { text, reading } = this;
    const pieces: Piece[] = [];
    let inDouble = false;
    while (this.at < text.length) {
      const char = text[this.at] ?? '';
      if (!inDouble && isEnd(char)) return pieces;
      this.at++;
      if (char === reading.escape) pieces.push(this.escaped(inDouble));
      else if (char === '$') pieces.push(this.variable());
      else if (reading.plainQuotes === true) pieces.push(char);
      else if (char === '"') inDouble = !inDouble;
      else if (char === "'" && !inDouble) pieces.push(this.single());
      else pieces.push(char);
    }
    if (inDouble) throw invalid(reading.line, `a double quote has no end: ${text}`);
    return pieces;
  }

  private escaped(inDouble: boolean): string {
    const { escape, plainQuotes } = this.reading;
    const next = this.text[this.at] ?? '';
    const isOnly = plainQuotes === true ? ['$', escape] : ['"', '$', escape];
    if ((inDouble || plainQuotes === true) && !isOnly.includes(next)) return escape;
    this.at++;
    return next;
  }

  private single(): string {
    const end = this.text.indexOf("'", this.at);
    if (end === -1) throw invalid(this.reading.line, `a single quote has no end: ${this.text}`);
    const content = this.text.slice(this.at, end);
    this.at = end + 1;
    return content;
  }

  private variable(): Piece {
    const { text, reading } = this;
    const isBraced = text[this.at] === '{';
    const start = this.at + (isBraced ? 1 : 0);
    const [name = ''] = /^[A-Za-z_][A-Za-z0-9_]*/.exec(text.slice(start)) ?? [];
    if (name === '' && !isBraced) return '$';
    if (name === '') throw invalid(reading.line, `\${…} names no variable: ${text}`);
    this.at = start + name.length;
    if (!isBraced) return { name, operator: '', word: [] };
    const [operator = ''] = /^:?[-+?]/.exec(text.slice(this.at)) ?? [];
    this.at += operator.length;
    if (operator === '' && text[this.at] !== '}')
      throw unsupported(reading.line, `\${${name}…} with ${text[this.at] ?? 'no end'} is not supported`);
    if (++this.depth > MAX_DEPTH)
      throw unsupported(reading.line, `variables in more than ${MAX_DEPTH} others are not supported`);
    const word = this.pieces((char) => char === '}');
    this.depth--;
    if (text[this.at] !== '}') throw invalid(reading.line, `\${${name} has no end: ${text}`);
    this.at++;
    return { name, operator, word };
  }
}

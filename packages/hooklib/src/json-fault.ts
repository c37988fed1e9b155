export interface JsonFault {
  /** The text ends within the document; something cannot stand there; something follows the document. */
  kind: 'truncated' | 'unexpected' | 'trailing';
  /** Index of the first character that does not belong; the length of the text if it is truncated. */
  offset: number;
}

type Expected = 'value' | 'element or ]' | 'name' | 'name or }' | 'colon' | 'comma or close' | 'nothing';
interface Token {
  kind: string;
  end: number;
}

/**
 * Finds where a text that JSON.parse refused stops being JSON. JSON.parse's own messages will not do: they quote
 * the text, which holds secrets, and seldom say where.
 */
export function findJsonFault(text: string): JsonFault {
  const closers: string[] = [];
  let expected: Expected = 'value';
  for (let at = 0; ;) {
    at = endOf(/[ \t\r\n]*/y, text, at);
    if (at === text.length) return { kind: 'truncated', offset: at };
    if (expected === 'nothing') return { kind: 'trailing', offset: at };

    const token = tokenAt(text, at);
    if ('offset' in token) return token;
    const next = step(expected, token.kind, closers);
    if (next === undefined) return { kind: 'unexpected', offset: at };
    expected = next;
    at = token.end;
  }
}

/** What may follow `token`; undefined if the token itself may not stand here. Keeps the brackets that are open. */
function step(expected: Expected, token: string, closers: string[]): Expected | undefined {
  const closer = closers.at(-1);
  const mayClose = expected === 'element or ]' || expected === 'name or }' || expected === 'comma or close';
  if (mayClose && token === closer) {
    closers.pop();
    return afterValue(closers);
  }
  switch (expected) {
    case 'value':
    case 'element or ]':
      if (token === 'string' || token === 'scalar') return afterValue(closers);
      if (token !== '{' && token !== '[') return undefined;
      closers.push(token === '{' ? '}' : ']');
      return token === '{' ? 'name or }' : 'element or ]';
    case 'name':
    case 'name or }':
      return token === 'string' ? 'colon' : undefined;
    case 'colon':
      return token === ':' ? 'value' : undefined;
    case 'comma or close':
      if (token !== ',') return undefined;
      return closer === '}' ? 'name' : 'value';
    case 'nothing':
      return undefined;
  }
}

function afterValue(closers: readonly string[]): Expected {
  return closers.length === 0 ? 'nothing' : 'comma or close';
}

function tokenAt(text: string, at: number): Token | JsonFault {
  const char = text.charAt(at);
  if ('{}[],:'.includes(char)) return { kind: char, end: at + 1 };
  if (char === '"') return stringAt(text, at);

  const end = endOf(/true|false|null|-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y, text, at);
  const wordEnd = endOf(/[-+.\w]*/y, text, at);
  if (end < wordEnd && wordEnd === text.length && isBeginning(text.slice(at))) {
    return { kind: 'truncated', offset: wordEnd };
  }
  return end === at ? { kind: 'unexpected', offset: at } : { kind: 'scalar', end };
}

function isBeginning(word: string): boolean {
  return ['true', 'false', 'null'].some((literal) => literal.startsWith(word)) || /^-?[-+.\deE]*$/.test(word);
}

/** A loop, for a regular expression with alternatives runs out of stack on strings of some megabytes. */
function stringAt(text: string, start: number): Token | JsonFault {
  for (let at = start + 1; at < text.length; at++) {
    const char = text.charAt(at);
    if (char === '"') return { kind: 'string', end: at + 1 };
    if (char < ' ') return { kind: 'unexpected', offset: at };
    if (char !== '\\') continue;
    const end = endOf(/\\(?:["\\/bfnrt]|u[\da-fA-F]{4})/y, text, at);
    if (end === at) {
      const cutOff = endOf(/\\(?:u[\da-fA-F]{0,3})?/y, text, at) === text.length;
      return cutOff ? { kind: 'truncated', offset: text.length } : { kind: 'unexpected', offset: at };
    }
    at = end - 1;
  }
  return { kind: 'truncated', offset: text.length };
}

/** Where the match of a sticky pattern at `at` ends; `at` itself if there is none. */
function endOf(pattern: RegExp, text: string, at: number): number {
  pattern.lastIndex = at;
  return pattern.test(text) ? pattern.lastIndex : at;
}

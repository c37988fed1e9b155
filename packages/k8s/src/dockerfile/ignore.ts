import { posix } from 'node:path';

interface Rule {
  expression: RegExp;
  keeps: boolean;
}

/** What a .dockerignore leaves out of the context: the last line that matches a path, or a folder above it, decides. */
export class Ignored {
  private readonly rules: readonly Rule[];

  constructor(text = '') {
    this.rules = text
      .replace(/^\uFEFF/, '')
      .split(/\r?\n/)
      .flatMap((line) => ruleOf(line.trim()) ?? []);
  }

  has(path: string): boolean {
    const parts = path.split('/');
    const paths = parts.map((_, index) => parts.slice(0, index + 1).join('/'));
    return this.rules.reduce(
      (ignored, { expression, keeps }) =>
        ignored === keeps && paths.some((each) => expression.test(each)) ? !keeps : ignored,
      false,
    );
  }

  /** Whether a folder that is left out may hold what is not. */
  get hasExceptions(): boolean {
    return this.rules.some(({ keeps }) => keeps);
  }

  get isEmpty(): boolean {
    return this.rules.length === 0;
  }
}

function ruleOf(line: string): Rule | undefined {
  if (line === '' || line.startsWith('#')) return undefined;
  const keeps = line.startsWith('!');
  const path = posix.normalize(keeps ? line.slice(1).trim() : line).replace(/^\/+|\/+$/g, '');
  if (path === '' || path === '.') return undefined;
  return { expression: new RegExp(`^${pathExpression(path)}$`, 's'), keeps };
}

/** `**` stands for any number of folders. */
function pathExpression(pattern: string): string {
  const names = pattern.split('/');
  return names
    .map((name, index) => {
      const isLast = index === names.length - 1;
      if (name === '**') return isLast ? '.*' : '(?:[^/]+/)*';
      return nameExpression(name.replaceAll('**', '*')) + (isLast ? '' : '/');
    })
    .join('');
}

/** The regular expression for one name in a path, by the rules of Go's filepath.Match. */
export function nameExpression(pattern: string): string {
  let text = '';
  for (let at = 0; at < pattern.length; at++) {
    const char = pattern[at] ?? '';
    const [set] = char === '[' ? (/^\[\^?(?:\\.|[^\]\\])+\]/s.exec(pattern.slice(at)) ?? []) : [];
    if (char === '*') text += '[^/]*';
    else if (char === '?') text += '[^/]';
    else if (set !== undefined) {
      text += set;
      at += set.length - 1;
    } else text += literally(char === '\\' ? (pattern[++at] ?? '\\') : char);
  }
  return text;
}

export function hasWildcard(text: string): boolean {
  return /[*?[\\]/.test(text);
}

function literally(char: string): string {
  return char.replace(/[.+*?^${}()|[\]\\/]/, '\\$&');
}

import { posix } from 'node:path';
import { pathPattern } from '../model/wildcards.js';

interface Rule {
  matches: (path: string) => boolean;
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
      (ignored, { matches, keeps }) => (ignored === keeps && paths.some(matches) ? !keeps : ignored),
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
  return { matches: pathPattern(path), keeps };
}

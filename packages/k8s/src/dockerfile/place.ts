import { invalid, unsupported } from './fault.js';
import type { Instruction } from './lines.js';
import type { ContextFiles } from './context-files.js';
import { expand, joined, literalText, type Unknown, type Value, type Variables } from './variables.js';
import { parseWord, type Reading, splitWords } from './words.js';

/** Copies made from another stage: where it puts them aside. */
export interface OtherStages {
  /** @returns the stage, and the number under which it puts `sources` aside. @throws DockerfileFault. */
  putAside(from: string, sources: readonly string[], line: number): { stage: number; number: number };
}

/** What an instruction is read with: the state of its stage at this place, and what lies around it. */
export class Place {
  constructor(
    readonly instruction: Instruction,
    readonly escape: string,
    readonly variables: Variables,
    readonly folder: Value,
    readonly user: Value | undefined,
    readonly files: ContextFiles,
    readonly others: OtherStages,
  ) {}

  get line(): number {
    return this.instruction.line;
  }

  /** What of a step its instruction alone decides. */
  step(): { line: number; title: string; folder: Value; user: Value | undefined } {
    const { keyword, text } = this.instruction;
    const [first = ''] = text.replaceAll(/[ \t]+/g, ' ').split('\n');
    const title = `${keyword} ${first.length > 200 ? `${first.slice(0, 200)}…` : first}`;
    return { line: this.line, title, folder: this.folder, user: this.user };
  }

  words(text: string): string[] {
    return splitWords(text, this);
  }

  value(text: string, parts: Partial<Reading> = {}): Value {
    const reading = { line: this.line, escape: this.escape, ...parts };
    const unknown: Unknown = 'may be in the base image';
    return expand(parseWord(text, reading), this.variables, unknown, this.line);
  }

  /** A text that has to be known before there is a container. @throws DockerfileFault. */
  literal(text: string): string {
    const literal = literalText(this.value(text));
    if (literal !== undefined) return literal;
    throw unsupported(
      this.line,
      `${text} depends on the environment of the base image, which is not known before the build`,
      'Name it without a variable, or give the variable a value with ENV or ARG.',
    );
  }

  /** A path as an absolute one. */
  path(text: string): Value {
    return below(this.folder, this.value(text));
  }

  required(text: string, what: string): string {
    if (text.trim() === '') throw invalid(this.line, `${this.instruction.keyword} has no ${what}`);
    return text;
  }
}

/** A value that begins with a variable of the base image is taken for an absolute path. */
function below(folder: Value, path: Value): Value {
  const [first] = path;
  if (first === undefined) return folder;
  return typeof first === 'object' || first.startsWith('/') ? path : joined([...folder, '/', ...path]);
}

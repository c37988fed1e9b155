import { invalid, unsupported } from './fault.js';
import { execForm, type Instruction } from './lines.js';
import type { ContextFiles } from './context-files.js';
import { readCopy } from './copy.js';
import type { Start, Step } from './model.js';
import { type OtherStages, Place } from './place.js';
import { readRun } from './run.js';
import { lengthOf, literalText, type Value, type Variables } from './variables.js';

/** The folder that the container of the base image starts in: a variable of the shell that carries out the steps. */
const FOLDER_OF_BASE: Value = [{ base: '_ph_cwd', operator: '', word: [] }];
const SHELL = ['/bin/sh', '-c'];
/** The pod has the whole text in a Secret, which holds no more. */
const MAX_LENGTH = 1024 * 1024;
/** Of a variable: it stands in the text of a shell as it is. */
const NAME = /^[A-Za-z_][A-Za-z0-9_.-]*$/;

/** What stands in the way of nothing that the action does: docker keeps it for those who use the image otherwise. */
const WITHOUT_EFFECT = ['LABEL', 'EXPOSE', 'HEALTHCHECK', 'MAINTAINER', 'STOPSIGNAL'];

/** Reads the instructions of a stage, one after the other. A stage that is built on another one begins as its copy. */
export class StageReader {
  readonly steps: Step[] = [];
  asRoot = false;
  private environment = new Map<string, Value>();
  private args = new Map<string, Value>();
  private folder = FOLDER_OF_BASE;
  private user: Value | undefined;
  private shell: readonly string[] = SHELL;
  private entrypoint: readonly string[] | undefined;
  private cmd: readonly string[] | undefined;
  private startLine = 0;
  /** Of the variables of each RUN so far. */
  private length = 0;

  constructor(
    private readonly globals: Variables,
    private readonly escape: string,
    private readonly files: ContextFiles,
    private readonly others: OtherStages,
    base?: StageReader,
  ) {
    if (base === undefined) return;
    this.steps.push(...base.steps);
    this.asRoot = base.asRoot;
    this.environment = new Map(base.environment);
    this.args = new Map(base.args);
    this.folder = base.folder;
    this.user = base.user;
    this.shell = base.shell;
    this.entrypoint = base.entrypoint;
    this.cmd = base.cmd;
    this.startLine = base.startLine;
    this.length = base.length;
  }

  get start(): Start {
    const { environment, user, entrypoint, cmd, startLine: line } = this;
    return { environment, user, entrypoint, cmd, line };
  }

  /** @throws DockerfileFault. */
  read(instruction: Instruction): void {
    const { line, keyword, text } = instruction;
    const variables = new Map([...this.args, ...this.environment]);
    const { escape, folder, user, files, others } = this;
    const place = new Place(instruction, escape, variables, folder, user, files, others);
    if (WITHOUT_EFFECT.includes(keyword)) return;
    switch (keyword) {
      case 'RUN':
        this.steps.push(readRun(place, this.shell));
        for (const value of variables.values()) this.length += lengthOf(value);
        if (this.length > MAX_LENGTH)
          throw unsupported(
            line,
            `RUN with variables of more than ${MAX_LENGTH} characters in all is not supported`,
          );
        return;
      case 'COPY':
      case 'ADD':
        this.steps.push(readCopy(place));
        return;
      case 'ENV':
        this.readEnvironment(place);
        return;
      case 'ARG':
        for (const word of place.words(place.required(text, 'name'))) this.readArg(word, place);
        return;
      case 'WORKDIR':
        this.folder = place.path(place.required(text, 'folder'));
        this.steps.push({ kind: 'folder', ...place.step(), path: this.folder });
        return;
      case 'VOLUME':
        for (const path of execForm(text) ?? place.words(place.required(text, 'folder')))
          this.steps.push({ kind: 'folder', ...place.step(), path: place.path(path) });
        return;
      case 'USER':
        this.user = place.value(place.required(text, 'name'));
        this.asRoot ||= /^(root|0)(:|$)/.test(literalText(this.user) ?? '');
        return;
      case 'SHELL':
        this.shell = execForm(text) ?? this.refuse(line, 'SHELL must be a list: SHELL ["/bin/sh", "-c"]');
        return;
      case 'ENTRYPOINT':
        this.entrypoint = this.command(place);
        // As docker has it: what was to follow the former entry point does not follow this one.
        this.cmd = undefined;
        this.startLine = line;
        return;
      case 'CMD':
        this.cmd = this.command(place);
        if (this.entrypoint === undefined) this.startLine = line;
        return;
      case 'ONBUILD':
        throw unsupported(line, 'ONBUILD is not supported: no image is made that another could be built on');
      default:
        throw invalid(line, `${keyword} is not an instruction`);
    }
  }

  private refuse(line: number, why: string): never {
    throw invalid(line, why);
  }

  private command(place: Place): string[] {
    const text = place.required(place.instruction.text, 'command');
    return execForm(text) ?? [...this.shell, text];
  }

  /** All values are read before any is set: `ENV A=1 B=$A` has the A from before. */
  private readEnvironment(place: Place): void {
    const text = place.required(place.instruction.text, 'name');
    const words = place.words(text);
    const isOld = !(words[0] ?? '').includes('=');
    const [, name = '', rest = ''] = /^(\S+)\s+(.*)$/s.exec(text) ?? [];
    const pairs = isOld ? [[name, rest] as const] : words.map((word) => pairOf(word));
    for (const [key, value] of pairs.map(([each, given]) => [each, place.value(given)] as const)) {
      if (!NAME.test(key)) throw invalid(place.line, `ENV ${text} is not a list of name=value`);
      this.environment.set(key, value);
    }
  }

  private readArg(word: string, place: Place): void {
    const [name, given] = pairOf(word);
    if (!NAME.test(name)) throw invalid(place.line, `ARG ${word} is not name or name=value`);
    const value = word.includes('=') ? place.value(given) : this.globals.get(name);
    if (value !== undefined) this.args.set(name, value);
  }
}

function pairOf(word: string): readonly [string, string] {
  const at = word.indexOf('=');
  return at === -1 ? [word, ''] : [word.slice(0, at), word.slice(at + 1)];
}

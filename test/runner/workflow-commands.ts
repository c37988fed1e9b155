import type { OutputStream } from './runner.js';

export interface WorkflowCommand {
  name: string;
  properties: Readonly<Record<string, string>>;
  data: string;
  stream: OutputStream;
}

const NAMES = new Set([
  'set-env',
  'set-output',
  'save-state',
  'add-path',
  'add-mask',
  'add-matcher',
  'remove-matcher',
  'warning',
  'error',
  'notice',
  'debug',
  'group',
  'endgroup',
  'echo',
  'stop-commands',
]);
/** Refused unless the runner is told to allow them; the step fails then. */
const DISABLED = new Set(['set-env', 'add-path']);

/** Reads `::name key=value,...::data` at the start of a line or `##[name key=value;...]data` anywhere in it. */
export function parseWorkflowCommand(line: string): Omit<WorkflowCommand, 'stream'> | null {
  const current = /^::(\S+?)(?:\s+(.*?))?::(.*)$/s.exec(line.trimStart());
  const older = current ?? /##\[([^\s\]]+)(?:\s+([^\]]*))?\](.*)$/s.exec(line);
  const [, name = '', properties = '', data = ''] = older ?? [];
  if (!NAMES.has(name)) return null;
  const separator = current === null ? ';' : ',';
  const pairs = properties.split(separator).flatMap((property) => {
    const [, key, value] = /^\s*([^=]+?)=(.+)$/s.exec(property) ?? [];
    return key === undefined || value === undefined ? [] : [[key, unescape(value)] as const];
  });
  return { name, properties: Object.fromEntries(pairs), data: unescape(data) };
}

const ESCAPES: Readonly<Record<string, string>> = {
  '%0D': '\r',
  '%0A': '\n',
  '%3A': ':',
  '%2C': ',',
  '%3B': ';',
  '%5D': ']',
  '%25': '%',
};
function unescape(text: string): string {
  return text.replace(/%(?:0D|0A|3A|2C|3B|5D|25)/g, (code) => ESCAPES[code] ?? code);
}

/** Carries out the commands in the output of one hook process. */
export class WorkflowCommands {
  readonly all: WorkflowCommand[] = [];
  readonly outputs: Record<string, string> = {};
  readonly state: Record<string, string> = {};
  readonly errors: string[] = [];
  #stopToken: string | undefined;
  readonly #matcherExists: (path: string) => boolean;

  /** `matcherExists` says whether a problem matcher's file, as the step names it, is on the runner. */
  constructor(matcherExists: (path: string) => boolean) {
    this.#matcherExists = matcherExists;
  }

  line(line: string, stream: OutputStream): void {
    if (this.#stopToken !== undefined) {
      if (line.trim() === `::${this.#stopToken}::`) this.#stopToken = undefined;
      return;
    }
    const command = parseWorkflowCommand(line);
    if (command === null) return;
    this.all.push({ ...command, stream });
    const { name, properties, data } = command;
    if (DISABLED.has(name)) this.errors.push(`The \`${name}\` command is disabled.`);
    if (name === 'stop-commands') this.#stopToken = data;
    if (name === 'set-output') this.outputs[properties['name'] ?? ''] = data;
    if (name === 'save-state') this.state[properties['name'] ?? ''] = data;
    if (name === 'add-matcher' && !this.#matcherExists(data))
      this.errors.push(
        `Unable to process command '::add-matcher::${data}': there is no such file on the runner`,
      );
  }
}

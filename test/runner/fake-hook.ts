import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { HookInput } from '@podhooks/hooklib';

export interface RecordedCall {
  argv: string[];
  cwd: string;
  env: Record<string, string>;
  stdin: string;
  input: HookInput;
}

const RECORDER = `
const fs = require('node:fs');
const stdin = fs.readFileSync(0, 'utf8');
let input;
try { input = JSON.parse(stdin); } catch {}
const { argv, env } = process;
fs.appendFileSync(__dirname + '/calls', JSON.stringify({ argv, cwd: process.cwd(), env, stdin, input }) + '\\n');
const respond = (value) => fs.writeFileSync(input.responseFile, JSON.stringify(value));
`;
/** Answers as any hook that works: the job container is not Alpine, steps write nothing. */
export const WORKING_HOOK = `
if (input.command === 'prepare_job') respond({ state: { jobPod: 'job' }, isAlpine: false });
`;

/** A hook made of a few lines of JavaScript, which see \`input\`, \`env\` and \`respond\`; it records its calls. */
export class FakeHook {
  readonly path: string;
  readonly #folder: string;

  constructor(folder: string) {
    this.#folder = folder;
    this.path = join(folder, 'index.js');
  }

  /** What the hook does from now on. */
  async does(body: string): Promise<void> {
    await writeFile(this.path, RECORDER + body);
  }

  async calls(): Promise<RecordedCall[]> {
    const lines = (await readFile(join(this.#folder, 'calls'), 'utf8')).trimEnd().split('\n');
    return lines.map((line): unknown => JSON.parse(line)).filter(isCall);
  }

  async lastCall(): Promise<RecordedCall> {
    const call = (await this.calls()).at(-1);
    if (call === undefined) throw new Error('the hook was not called');
    return call;
  }
}

function isCall(value: unknown): value is RecordedCall {
  return typeof value === 'object' && value !== null && 'stdin' in value;
}

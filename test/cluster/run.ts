import { spawn } from 'node:child_process';

export interface Ended {
  /** 127 where the program is not there, as in a shell. */
  code: number;
  stdout: string;
  stderr: string;
}

/** Runs a program to its end and keeps its output. Fails never: see `code`. */
export function attempt(command: string, args: string[], env: NodeJS.ProcessEnv): Promise<Ended> {
  return collect(command, args, env, 'pipe');
}

/**
 * Runs a program whose progress, on standard error, is shown.
 * @returns its standard output
 * @throws Error when it fails
 */
export async function run(command: string, args: string[], env: NodeJS.ProcessEnv): Promise<string> {
  const { code, stdout } = await collect(command, args, env, 'inherit');
  if (code !== 0) throw new Error(`${command} ${args[0] ?? ''} failed with exit code ${code}`);
  return stdout;
}

function collect(
  command: string,
  args: string[],
  env: NodeJS.ProcessEnv,
  stderr: 'pipe' | 'inherit',
): Promise<Ended> {
  return new Promise((resolve) => {
    const child = spawn(command, args, { env, stdio: ['ignore', 'pipe', stderr] });
    const ended: Ended = { code: 127, stdout: '', stderr: '' };
    child.stdout?.setEncoding('utf8').on('data', (text: string) => (ended.stdout += text));
    child.stderr?.setEncoding('utf8').on('data', (text: string) => (ended.stderr += text));
    child.on('error', (error) => resolve({ ...ended, stderr: error.message }));
    child.on('close', (code) => resolve({ ...ended, code: code ?? 1 }));
  });
}

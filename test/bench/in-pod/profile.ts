import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { hookEnvironment } from './processes.js';
import { type Mark, MARKS, type Profile } from './task.js';

const now = () => Number(process.hrtime.bigint()) / 1e6;

/** One step of a hook with the probe in it. @throws Error unless all that is to be seen was seen */
export async function profileStep(hook: string, probe: string, input: string): Promise<Profile> {
  const started = now();
  const child = spawn(process.execPath, ['--require', probe, hook], {
    env: hookEnvironment(),
    stdio: ['pipe', 'ignore', 'inherit', 'pipe'],
  });
  let text = '';
  child.stdio[3]?.on('data', (chunk: Buffer) => (text += chunk.toString()));
  child.stdin?.end(input);
  const closed = once(child, 'close');
  await once(child, 'exit');
  const ended = now();
  await closed;
  if (child.exitCode !== 0)
    throw new Error(`the hook ended with ${child.exitCode ?? child.signalCode ?? ''}`);
  const seen = JSON.parse(text) as Partial<Record<Mark, number>>;
  const marks = MARKS.map((mark) => {
    const at = mark === 'ended' ? ended : seen[mark];
    if (at === undefined) throw new Error(`the hook never was at "${mark}"`);
    return [mark, at - started] as const;
  });
  return {
    ms: ended - started,
    bytes: 0,
    sha256: '',
    marks: Object.fromEntries(marks) as Record<Mark, number>,
  };
}

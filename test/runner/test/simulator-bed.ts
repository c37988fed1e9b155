import { mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { FakeHook, WORKING_HOOK } from '../fake-hook.js';
import type { HookResult, JobContainers } from '../runner.js';
import { RunnerError } from '../runner.js';
import { RunnerSimulator } from '../simulator.js';
import type { SimulatorOptions } from '../simulator.js';

export const PAYLOADS = join(import.meta.dirname, '../../payloads');
export const sample = (name: string) => readFileSync(join(PAYLOADS, name), 'utf8');

export const withContainer: JobContainers = { container: { image: 'node:22' } };

export interface SimulatorBed {
  /** To be removed after the test. */
  folder: string;
  hook: FakeHook;
  /** Its job has begun. */
  runner: RunnerSimulator;
  newRunner: (options?: Partial<SimulatorOptions>) => RunnerSimulator;
}

/** A simulator with a hook that works, in a folder of its own. */
export async function simulatorBed(): Promise<SimulatorBed> {
  const folder = mkdtempSync(join(tmpdir(), 'runner-'));
  const hook = new FakeHook(folder);
  await hook.does(WORKING_HOOK);
  const newRunner = (options: Partial<SimulatorOptions> = {}) =>
    new RunnerSimulator({
      hook: hook.path,
      node: process.execPath,
      runnerRoot: join(folder, 'runner'),
      runnerName: 'arc-k8s-7q2wm-runner-8zk4d',
      ...options,
    });
  const runner = newRunner();
  await runner.startJob();
  return { folder, hook, runner, newRunner };
}

/** The error of a call that the runner does not accept. */
export async function refusal(call: Promise<HookResult>): Promise<RunnerError> {
  try {
    await call;
  } catch (error) {
    if (error instanceof RunnerError) return error;
    throw error;
  }
  throw new Error('the runner accepted it');
}

/** Makes payloads comparable: this run's folders become the sample's, what is random or invented a word. */
export function normal(text: string, folder: string): string {
  return text
    .replaceAll(join(folder, 'runner'), '/home/runner')
    .replaceAll(/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/g, '<guid>')
    .replaceAll(/("ACTIONS_(?:RUNTIME|CACHE|RESULTS)_(?:URL|TOKEN)":)"[^"]*"/g, '$1"<service>"');
}

import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import type { Image } from '../engine/index.js';
import { FaultProxy } from '../proxy/proxy.js';
import { EngineRunner, type EngineRunnerOptions } from '../runner/engine-runner.js';
import type { HookResult } from '../runner/runner.js';

export const HOOK_BUNDLE = fileURLToPath(new URL('../../packages/k8s/dist/index.js', import.meta.url));
export const MODES = ['volume', 'novolume'] as const;
export type Mode = (typeof MODES)[number];

/** A service that lives until its pod is deleted. */
const IDLE: Image = { cmd: ['sleep', 'infinity'] };

/** A runner beside an engine of its own, with a job begun. */
export async function engineRunner(
  mode: Mode,
  options: Partial<EngineRunnerOptions> = {},
): Promise<EngineRunner> {
  const images = { 'redis:7': IDLE, ...options.images };
  const runner = await EngineRunner.create({ mode, hook: HOOK_BUNDLE, ...options, images });
  await runner.startJob();
  return runner;
}

/** The same with a job container that runs. */
export async function preparedRunner(
  mode: Mode,
  options: Partial<EngineRunnerOptions> = {},
): Promise<EngineRunner> {
  const runner = await engineRunner(mode, options);
  succeeded(await runner.prepareJob({ container: { image: 'debian:12' } }));
  return runner;
}

/** The same behind a proxy of its own that breaks connections as it is told. */
export async function proxiedRunner(
  mode: Mode,
  options: Partial<EngineRunnerOptions> = {},
): Promise<{ runner: EngineRunner; proxy: FaultProxy; close: () => Promise<void> }> {
  const proxies: FaultProxy[] = [];
  const route = async (kubeconfig: string) => {
    const proxy = await FaultProxy.start({ kubeconfig });
    proxies.push(proxy);
    return proxy.kubeconfig(join(kubeconfig, '../through-the-proxy'));
  };
  const runner = await preparedRunner(mode, { route, ...options });
  const [proxy] = proxies;
  if (proxy === undefined) throw new Error('the runner has no way over the proxy');
  const close = async () => {
    await runner.close();
    await proxy.close();
  };
  return { runner, proxy, close };
}

/** What the log shows, for messages of assertions. */
export function log({ output, exitCode }: HookResult): string {
  return `${output.toString('utf8')}\n[exit code ${exitCode}]`;
}

export function succeeded(result: HookResult): HookResult {
  expect(result.exitCode, log(result)).to.equal(0);
  return result;
}

/** The one error that the hook tells, as the runner reads it: title and text. */
export function errorOf(result: HookResult): { title: string; text: string } {
  const errors = result.commands.filter(({ name }) => name === 'error');
  expect(errors, log(result)).to.have.length(1);
  expect(result.exitCode, log(result)).to.equal(125);
  return { title: errors[0]?.properties['title'] ?? '', text: errors[0]?.data ?? '' };
}

/** Names of everything that the hook has made and that is still there. */
export async function leftovers(runner: EngineRunner): Promise<string[]> {
  const { pods, secrets } = await runner.objects();
  return [...pods, ...secrets].map(({ kind, metadata }) => `${kind ?? ''}/${metadata?.name ?? ''}`);
}

/** The name of the job pod. */
export async function jobPod(runner: EngineRunner): Promise<string> {
  return (await runner.objects()).pods[0]?.metadata?.name ?? '';
}

/** What the hook asked of the API since `body` began, as "verb resource". */
export async function requestsOf(runner: EngineRunner, body: () => Promise<unknown>): Promise<string[]> {
  const { requests } = runner.engine;
  requests.length = 0;
  await body();
  return requests.map(({ verb, resource }) => `${verb} ${resource}`);
}

import { access, constants, readFile } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { usableBed } from '../cluster/environment.js';
import { environmentOf, type BedRecord } from '../cluster/record.js';
import { RUNNER_ROOT, type Mode } from '../runner/arc.js';
import { kubectl } from '../runner/kubectl.js';
import type { Pod } from '../runner/kubernetes-types.js';
import { PodRunner } from '../runner/pod-runner.js';
import type { HookResult, Variables } from '../runner/runner.js';
import { isMeasurement, type Measurement, type Task } from './in-pod/task.js';

export const HOOK_BUNDLE = fileURLToPath(new URL('../../packages/k8s/dist/index.js', import.meta.url));
export const NODE = `${RUNNER_ROOT}/externals/node20/bin/node`;
export const IMAGE = 'debian:12';
/** Where kubectl is in the runner pod. */
export const KUBECTL = '/tmp/kubectl';
const TOOL = '/tmp/bench-tool.cjs';
/** What is preloaded into a hook that is profiled. */
export const PROBE = '/tmp/bench-probe.cjs';

export const MODES = ['volume', 'novolume'] as const;
export const modeName = (mode: Mode) => (mode === 'volume' ? 'volume mode' : 'novolume mode');

/** The cluster to measure on; from here on, kubectl uses it. @throws Error when there is none */
export async function useCluster(): Promise<BedRecord> {
  const record = await usableBed();
  Object.assign(process.env, environmentOf(record, process.env));
  return record;
}

/** A runner pod with the tool and kubectl in it, for as long as `use` takes. */
export async function withRunner<T>(
  mode: Mode,
  use: (runner: PodRunner) => Promise<T>,
  env: Variables = {},
  hookBundle = HOOK_BUNDLE,
): Promise<T> {
  const runner = await PodRunner.create({ mode, hookBundle, env });
  try {
    await runner.startJob();
    await copyInto(runner, await bundled('tool'), TOOL);
    await copyInto(runner, await bundled('probe'), PROBE);
    await copyInto(runner, await findKubectl(), KUBECTL);
    return await use(runner);
  } finally {
    await runner.close();
  }
}

/** A runner whose job is prepared, the name of its pod, and the hook's state. */
export function withJob<T>(
  mode: Mode,
  use: (runner: PodRunner, pod: string, state: unknown) => Promise<T>,
  env: Variables = {},
  hookBundle = HOOK_BUNDLE,
): Promise<T> {
  const inJob = async (runner: PodRunner) => {
    const { response } = succeeded(await runner.prepareJob({ container: { image: IMAGE } }));
    const result = await use(runner, (await jobPod(runner)).metadata?.name ?? '', response?.state);
    succeeded(await runner.cleanupJob());
    return result;
  };
  return withRunner(mode, inJob, env, hookBundle);
}

/** @throws Error with the log unless the hook ended with this exit code */
export function succeeded(result: HookResult, exitCode = 0): HookResult {
  if (result.exitCode !== exitCode)
    throw new Error(`the hook ended with ${result.exitCode ?? 'a signal'}: ${result.output.toString()}`);
  return result;
}

/** Where the hook is in the runner pod. */
export async function hookPath(runner: PodRunner): Promise<string> {
  return (await runner.exec(['printenv', 'ACTIONS_RUNNER_CONTAINER_HOOKS'])).stdout.toString().trim();
}

const STEP = new URL('../payloads/03-run_script_step-run-shell-bash.json', import.meta.url);

/** What the runner writes to a hook for a step of bash. @param script its file in the job container, if it is to run at all */
export async function stepInput(state: unknown, script?: string): Promise<string> {
  const step = JSON.parse(await readFile(STEP, 'utf8')) as { args: object };
  const args = script === undefined ? step.args : { ...step.args, entryPointArgs: ['-e', script] };
  return JSON.stringify({ ...step, args, state });
}

/** Lets the tool in the runner pod measure something. */
export async function measure(runner: PodRunner, task: Task): Promise<Measurement> {
  const { exitCode, stdout, stderr } = await runner.exec([NODE, TOOL, JSON.stringify(task)]);
  const answer: unknown = exitCode === 0 ? JSON.parse(stdout.toString()) : undefined;
  if (!isMeasurement(answer)) throw new Error(`the task "${task.kind}" failed: ${stderr.toString()}`);
  return answer;
}

/** `kubectl exec` into the job container, by the runner pod's own account. */
export function kubectlExec(runner: PodRunner, pod: string, ...command: string[]): Promise<Measurement> {
  return measure(runner, { kind: 'command', argv: [KUBECTL, 'exec', pod, '-c', 'job', '--', ...command] });
}

/** The one pod that the hook has made. */
export async function jobPod(runner: PodRunner): Promise<Pod> {
  const [pod, ...others] = (await runner.objects()).pods;
  if (pod === undefined || others.length > 0) throw new Error('the hook has not made exactly one pod');
  return pod;
}

async function copyInto(runner: PodRunner, from: string, to: string): Promise<void> {
  const command = ['sh', '-c', 'cat > "$0" && chmod +x "$0"', to];
  const exec = ['-n', runner.namespace, 'exec', '-i', runner.podName, '-c', 'runner', '--', ...command];
  await kubectl(exec, await readFile(from));
}

/** The runner pod is a Linux of this machine's kind, so its kubectl will do. */
async function findKubectl(): Promise<string> {
  for (const folder of (process.env['PATH'] ?? '').split(delimiter)) {
    const path = join(folder, 'kubectl');
    if (
      await access(path, constants.X_OK).then(
        () => true,
        () => false,
      )
    )
      return path;
  }
  throw new Error('there is no kubectl in PATH');
}

/** A program for the runner pod, as one file. */
async function bundled(name: string): Promise<string> {
  const outfile = join(import.meta.dirname, `../../node_modules/.cache/podhooks/bench-${name}.cjs`);
  await build({
    entryPoints: [join(import.meta.dirname, `in-pod/${name}.ts`)],
    outfile,
    bundle: true,
    platform: 'node',
    target: 'node20',
    format: 'cjs',
    logLevel: 'warning',
  });
  return outfile;
}

import { fileURLToPath } from 'node:url';
import { clusterEnvironment } from '../cluster/environment.js';
import { PodRunner, type PodRunnerOptions } from '../runner/pod-runner.js';
import type { ContainerActionStep, HookResult } from '../runner/runner.js';

export const HOOK_BUNDLE = fileURLToPath(new URL('../../packages/k8s/dist/index.js', import.meta.url));

export const MODES = ['volume', 'novolume'] as const;
export type Mode = (typeof MODES)[number];

/** A runner pod on the test cluster, under ARC's accounts and roles. */
export async function podRunner(mode: Mode, options: Partial<PodRunnerOptions> = {}): Promise<PodRunner> {
  Object.assign(process.env, await clusterEnvironment());
  const runner = await PodRunner.create({ mode, hookBundle: HOOK_BUNDLE, ...options });
  await runner.startJob();
  return runner;
}

/** Of a pod that takes long, as on a busy node, the hook says how far it is. */
const PROGRESS = /^starting on node \S+: \d+ of \d+ containers run\n/gm;

/** What the log shows but for progress. */
export function log({ output, exitCode }: HookResult): string {
  return `${output.toString('utf8').replace(PROGRESS, '')}\n[exit code ${exitCode}]`;
}

/** The end of a script that waits until somebody has looked at it. */
export const UNTIL_SEEN = 'echo; until [ -e seen ]; do sleep 0.1; done; rm seen';

/** Runs a docker action whose script ends with UNTIL_SEEN, and looks at something meanwhile. */
export async function seenWhileRunning<T>(
  runner: PodRunner,
  action: ContainerActionStep,
  look: () => Promise<T>,
  mode: Mode = 'volume',
): Promise<{ result: HookResult; seen: T | undefined }> {
  let looking: Promise<T> | undefined;
  const tell = mode === 'volume' ? tellOnVolume : tellInPod;
  const onOutput = () => {
    looking ??= look().finally(() => tell(runner));
  };
  const result = await runner.containerAction(action, { onOutput });
  return { result, seen: await looking };
}

const tellOnVolume = (runner: PodRunner) => runner.writeFile(`${runner.folders.workspace}/seen`, '');

async function tellInPod(runner: PodRunner): Promise<void> {
  const { pods } = await runner.objects();
  const name = pods.map(({ metadata }) => metadata?.name ?? '').find((each) => each.includes('-step-'));
  const command = ['sh', '-c', 'umask 0; for folder in /__w/[!_]*/*/; do : > "$folder/seen"; done'];
  await runner.kubectl('exec', name ?? '', '-c', 'podhooks', '--', ...command);
}

/** Names of everything that the hook has made and that is still there. */
export async function leftovers(runner: PodRunner): Promise<string[]> {
  const { pods, secrets } = await runner.objects();
  return [...pods, ...secrets].map(({ kind, metadata }) => `${kind ?? ''}/${metadata?.name ?? ''}`);
}

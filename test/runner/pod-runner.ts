import { randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import type { AgentOptions } from './agent-server.js';
import { AgentClient } from './agent-client.js';
import { RUNNER_ROOT, runnerAccess, runnerPod, runnerPodName } from './arc.js';
import type { Mode } from './arc.js';
import { accessOf, type Rendering, runnerPodOf } from './arc-rendering.js';
import { bundleAgent } from './bundle-agent.js';
import type { CancelGrace } from './hook-process.js';
import { kubectl, startKubectl } from './kubectl.js';
import type { Pod, Secret } from './kubernetes-types.js';
import { runnerFolders } from './paths.js';
import type { Variables } from './runner.js';

export interface PodRunnerOptions {
  /** Default: a new namespace, which close() deletes. A given one is made if it is missing, and stays. */
  namespace?: string;
  mode: Mode;
  /** Which of the runner's own nodes runs the hook; GitHub's runner takes node20. */
  node?: 'node20' | 'node24';
  /** Path on this machine of the hook's index.js; without it, the pod brings its hook itself. */
  hookBundle?: string;
  /** What ARC's chart makes, in place of arc.ts. */
  rendering?: Rendering;
  env?: Variables;
  /** Changes the runner pod before it is made. */
  podPatch?: (pod: Pod) => Pod;
  storageClass?: string;
  /** How long a cancelled hook has; default as the runner. */
  cancelGraceMs?: CancelGrace;
}

/** Outside of _work, which the hook moves about, and of what the runner itself knows. */
const AGENT_PATH = '/tmp/runner-agent.cjs';
const AGENT_SOCKET = '/tmp/runner-agent.sock';
const NAMESPACE_LABEL = { 'podhooks.test/namespace': 'runner' };

/** A runner in a pod of a real cluster, set up as ARC does, with the agent in the place of GitHub's runner. */
export class PodRunner extends AgentClient {
  readonly namespace: string;
  readonly podName: string;
  readonly #ownsNamespace: boolean;

  private constructor(pod: RunnerPodPlace, agent: AgentOptions) {
    const command = [`${RUNNER_ROOT}/externals/node20/bin/node`, AGENT_PATH, JSON.stringify(agent)];
    super(
      () => startKubectl(['-n', pod.namespace, 'exec', '-i', pod.name, '-c', 'runner', '--', ...command]),
      runnerFolders(RUNNER_ROOT, '_work', 'octo-org/hello-world'),
    );
    this.namespace = pod.namespace;
    this.podName = pod.name;
    this.#ownsNamespace = pod.ownsNamespace;
  }

  /** Makes the pod and starts the agent in it. Leaves nothing behind when that fails. */
  static async create(options: PodRunnerOptions): Promise<PodRunner> {
    const suffix = randomBytes(5).toString('hex');
    const pod: RunnerPodPlace = {
      namespace: options.namespace ?? `runner-${suffix}`,
      name: runnerPodName(options.mode, suffix),
      ownsNamespace: options.namespace === undefined,
    };
    try {
      const hook = await startPod(pod, options);
      if (options.hookBundle !== undefined) await copyInto(pod, await readFile(options.hookBundle), hook);
      await copyInto(pod, await bundleAgent(), AGENT_PATH);
      const node = `${RUNNER_ROOT}/externals/${options.node ?? 'node20'}/bin/node`;
      return new PodRunner(pod, {
        hook,
        node,
        runnerRoot: RUNNER_ROOT,
        runnerName: pod.name,
        socket: AGENT_SOCKET,
        ...(options.cancelGraceMs !== undefined && { cancelGraceMs: options.cancelGraceMs }),
      });
    } catch (error) {
      await removePod(pod);
      throw error;
    }
  }

  /** Runs kubectl in the runner's namespace, with this process's rights, not the runner's. */
  kubectl(...args: string[]): Promise<string> {
    return kubectl(['-n', this.namespace, ...args]);
  }

  /** The pods and secrets of the namespace but for the runner's own pod. */
  async objects(): Promise<{ pods: Pod[]; secrets: Secret[] }> {
    const list = JSON.parse(await this.kubectl('get', 'pods,secrets', '-o', 'json')) as { items: ListItem[] };
    return {
      pods: list.items.filter(isPod).filter(({ metadata }) => metadata?.name !== this.podName),
      secrets: list.items.filter(isSecret),
    };
  }

  /** Ends the agent and deletes namespace or pod, without waiting for it. */
  override async close(): Promise<void> {
    await super.close();
    await removePod({ namespace: this.namespace, name: this.podName, ownsNamespace: this.#ownsNamespace });
  }
}

interface RunnerPodPlace {
  namespace: string;
  name: string;
  ownsNamespace: boolean;
}

/** Returns where in the pod the hook belongs: ACTIONS_RUNNER_CONTAINER_HOOKS. */
async function startPod(place: RunnerPodPlace, options: PodRunnerOptions): Promise<string> {
  const { namespace, name } = place;
  const { mode, env = {}, storageClass = 'standard' } = options;
  const { rendering } = options;
  const arcPod =
    rendering === undefined
      ? runnerPod({ namespace, name, mode, env, storageClass })
      : runnerPodOf(rendering, { name, namespace });
  const access = rendering === undefined ? runnerAccess(mode, namespace) : accessOf(rendering, namespace);
  const pod = options.podPatch?.(arcPod) ?? arcPod;
  const metadata = { name: namespace, labels: NAMESPACE_LABEL };
  const items = [{ apiVersion: 'v1', kind: 'Namespace', metadata }, ...access, pod];
  await kubectl(['apply', '-f', '-'], JSON.stringify({ apiVersion: 'v1', kind: 'List', items }));
  await kubectl(['-n', namespace, 'wait', '--for=condition=Ready', `pod/${name}`, '--timeout=120s']);
  const variables = pod.spec?.containers[0]?.env ?? [];
  const hook = variables.find((variable) => variable.name === 'ACTIONS_RUNNER_CONTAINER_HOOKS')?.value;
  if (hook === undefined) throw new Error(`pod ${name} does not say where its hook is`);
  return hook;
}

async function copyInto({ namespace, name }: RunnerPodPlace, content: Buffer, to: string): Promise<void> {
  const script = 'mkdir -p "$(dirname "$0")" && cat > "$0"';
  const exec = ['-n', namespace, 'exec', '-i', name, '-c', 'runner', '--', 'sh', '-c', script, to];
  await kubectl(exec, content);
}

async function removePod({ namespace, name, ownsNamespace }: RunnerPodPlace): Promise<void> {
  const target = ownsNamespace ? ['namespace', namespace] : ['-n', namespace, 'pod', name];
  await kubectl(['delete', ...target, '--wait=false', '--ignore-not-found']);
}

type ListItem = Pod | Secret;
const isPod = (item: ListItem): item is Pod => item.kind === 'Pod';
const isSecret = (item: ListItem): item is Secret => item.kind === 'Secret';

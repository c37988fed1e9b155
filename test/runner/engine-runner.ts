import { mkdir, mkdtemp, realpath, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ApiClient, at } from '../api-suite/client.js';
import { ARC_RULES, LocalEngine, type Image, type Rule } from '../engine/index.js';
import { runnerPod, runnerPodName, type Mode } from './arc.js';
import type { Pod, Secret } from './kubernetes-types.js';
import type { Variables } from './runner.js';
import { RunnerSimulator } from './simulator.js';

export interface EngineRunnerOptions {
  mode: Mode;
  /** Path of the hook's index.js. */
  hook: string;
  env?: Variables;
  /** Changes the runner pod before it is created. */
  podPatch?: (pod: Pod) => Pod;
  /** What runs the hook; default: the node that runs this. */
  node?: string;
  /** Images beside those that the engine knows. */
  images?: Record<string, Image>;
  /** What the runner's account may do; default: the Role of ARC. */
  rules?: Rule[];
  /** Gives the hook's kubeconfig for the engine's: the way over a proxy. */
  route?: (kubeconfig: string) => Promise<string>;
}

const NAMESPACE = 'arc';
const IMAGE = 'actions/actions-runner:latest';
const PODS = `/api/v1/namespaces/${NAMESPACE}/pods`;
const SECRETS = `/api/v1/namespaces/${NAMESPACE}/secrets`;

/**
 * A runner with a local engine of its own. The hook is a process of this machine; the runner pod, by which it knows mode
 * and owner, is one of the engine's.
 */
export class EngineRunner extends RunnerSimulator {
  private constructor(
    readonly engine: LocalEngine,
    readonly podName: string,
    private readonly admin: ApiClient,
    private readonly directory: string,
    ...[options]: ConstructorParameters<typeof RunnerSimulator>
  ) {
    super(options);
  }

  static async create(options: EngineRunnerOptions): Promise<EngineRunner> {
    const { mode, hook, env = {}, node = process.execPath } = options;
    const root = await realpath(await mkdtemp(join(tmpdir(), 'podhooks-runner-')));
    const work = join(root, '_work');
    await mkdir(work);
    const externals = await makeExternals(root);
    const name = runnerPodName(mode, '0123456789');
    const arcPod = runnerPod({ namespace: NAMESPACE, name, mode, env });
    const pod = onThisMachine(options.podPatch?.(arcPod) ?? arcPod, work);
    const account = pod.spec?.serviceAccountName ?? '';
    const engine = await LocalEngine.start({
      claims: { [`${name}-work`]: work },
      images: { [IMAGE]: { mounts: { [externals]: externals } }, ...options.images },
      accounts: [{ name: account, namespace: NAMESPACE, rules: options.rules ?? rulesOf(mode) }],
    });
    const admin = new ApiClient(engine, engine.token());
    await admin.request('POST', PODS, pod);
    const own = await engine.kubeconfig(join(root, 'kubeconfig'), account);
    const kubeconfig = (await options.route?.(own)) ?? own;
    const environment = {
      HOME: root,
      ...environmentOf(pod),
      ACTIONS_RUNNER_POD_NAME: name,
      KUBECONFIG: kubeconfig,
    };
    const simulator = { hook, node, runnerRoot: root, environment, runnerName: name };
    return new EngineRunner(engine, name, admin, root, simulator);
  }

  /** The pods and secrets of the namespace but for the runner's own pod. */
  async objects(): Promise<{ pods: Pod[]; secrets: Secret[] }> {
    const [pods, secrets] = [await this.#list<Pod>(PODS), await this.#list<Secret>(SECRETS)];
    return { pods: pods.filter(({ metadata }) => metadata?.name !== this.podName), secrets };
  }

  /** Deletes a pod at once, as an administrator may. */
  async deletePod(name: string): Promise<void> {
    await this.admin.request('DELETE', `${PODS}/${name}`, { gracePeriodSeconds: 0 });
  }

  /** Ends the engine with all pods and removes the runner's folders. */
  override async close(): Promise<void> {
    this.admin.close();
    await this.engine.close();
    await rm(this.directory, { recursive: true, force: true });
  }

  async #list<T>(path: string): Promise<T[]> {
    return at((await this.admin.request('GET', path)).body, 'items') as T[];
  }
}

/** Every container sees this machine's programs: links to its node will do. */
async function makeExternals(root: string): Promise<string> {
  for (const version of ['node20', 'node24']) {
    const bin = join(root, 'externals', version, 'bin');
    await mkdir(bin, { recursive: true });
    await symlink(process.execPath, join(bin, 'node'));
  }
  return join(root, 'externals');
}

/** ARC's pod, whose work folder lies where this machine's runner has it; nothing runs in it. */
function onThisMachine(pod: Pod, work: string): Pod {
  const [container] = pod.spec?.containers ?? [];
  if (container === undefined) throw new Error('the runner pod has no container');
  const volumeMounts = container.volumeMounts?.map((mount) => ({ ...mount, mountPath: work }));
  const idle = { ...container, command: ['sleep', 'infinity'], ...(volumeMounts && { volumeMounts }) };
  return { ...pod, spec: { ...pod.spec, containers: [idle] } };
}

/** The variables of the runner's container, but for those that Kubernetes fills in. */
function environmentOf(pod: Pod): Variables {
  const variables = pod.spec?.containers[0]?.env ?? [];
  return Object.fromEntries(
    variables.flatMap(({ name, value }) => (value === undefined ? [] : [[name, value]])),
  );
}

const rulesOf = (mode: Mode) => ARC_RULES[mode === 'volume' ? 'kubernetes' : 'kubernetes-novolume'];

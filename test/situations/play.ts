/** Plays a situation with the commands of the hook, and gives what the log of the job shows of it. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { HookError, type HookInput, parseInput } from '@podhooks/hooklib';
import { payload } from '../../packages/hooklib/test/payloads.js';
import { explain } from '../../packages/k8s/src/cluster/api-error.js';
import type { Created } from '../../packages/k8s/src/cluster/cluster.js';
import type { ExecSession } from '../../packages/k8s/src/cluster/exec.js';
import { cleanupJob } from '../../packages/k8s/src/commands/cleanup-job.js';
import type { CommandContext } from '../../packages/k8s/src/commands/context.js';
import { removeJobSecrets } from '../../packages/k8s/src/commands/job-secrets.js';
import { secretsOwner } from '../../packages/k8s/src/commands/job-state.js';
import { prepareJob } from '../../packages/k8s/src/commands/prepare-job.js';
import { runContainerStep } from '../../packages/k8s/src/commands/run-container-step.js';
import { type FailureText, failureText } from '../../packages/k8s/src/failure.js';
import type { Pod } from '../../packages/k8s/src/model/kubernetes.js';
import { Phases } from '../../packages/k8s/src/phases.js';
import { readSettingsWithFile } from '../../packages/k8s/src/settings/read.js';
import { MemoryLog } from '../../packages/k8s/test/support/command-context.js';
import { FakeCluster, refusal } from '../../packages/k8s/test/support/fake-cluster.js';
import { ephemeral, runnerPod } from '../../packages/k8s/test/support/runner-pods.js';
import type { Situation } from './situation.js';

export interface Transcript {
  readonly title: string;
  /** As the log of the job shows it. */
  readonly text: string;
  /** What the log has more in debug mode. */
  readonly debug: string;
}

/** Of waits that are to be too long: before anything is said of them. */
const SHORT_SECONDS = '1.9';

const AT_ONCE = 6;

const NAMES = { cleanup_job: '11', run_container_step: 'v12', prepare_job: 'v02' } as const;

/** @param secret stands in everything that the hook is given; it must not come out again. */
export async function play(situation: Situation, secret = 'not-told'): Promise<Transcript> {
  const root = mkdtempSync(join(tmpdir(), 'podhooks-situation-'));
  const out = new MemoryLog();
  const plain = (text: string): string =>
    text
      .replaceAll(root, '/home/runner')
      .replaceAll(`${SHORT_SECONDS} s`, '600 s')
      .replace(/(runner-1-\w+)-[0-9a-f]{5}\b/g, '$1-1a2b3');
  try {
    const { text } = await failureOf(situation, root, secret, out);
    const lines = [...out.lines, ...out.warnings.map((warning) => `Warning: ${warning}`), `Error: ${text}`];
    return {
      title: situation.title,
      text: plain(lines.join('\n')),
      debug: plain([...out.debugLines, out.output].join('\n')),
    };
  } finally {
    rmSync(root, { recursive: true, force: true });
  }
}

async function failureOf(
  situation: Situation,
  root: string,
  secret: string,
  out: MemoryLog,
): Promise<FailureText> {
  const work = join(root, '_work');
  for (const folder of ['_temp/_runner_hook_responses', '_actions', '_tool'])
    mkdirSync(join(work, folder), { recursive: true });
  const cluster = new BrokenCluster(situation, runnerOn(work));
  try {
    const settings = await readSettingsWithFile(environmentOf(situation, root, secret));
    const input = inputOf(situation, root, secret);
    const context = { settings, cluster, job: undefined, cancelled: new AbortController().signal, out };
    try {
      await run(input, { ...context, phases: new Phases() });
    } finally {
      removeJobSecrets(secretsOwner(settings));
    }
  } catch (error) {
    return failureText(explain(error, cluster.server));
  }
  throw new Error(`nothing failed where ${situation.title}`);
}

async function run(input: HookInput, context: CommandContext): Promise<unknown> {
  switch (input.command) {
    case 'prepare_job':
      return prepareJob(input, context);
    case 'run_container_step':
      return runContainerStep(input, context);
    case 'cleanup_job':
      return cleanupJob(input, context);
    case 'run_script_step':
      throw new HookError('INPUT_INVALID', 'no situation of a script step');
  }
}

function inputOf({ command = 'prepare_job', container = {} }: Situation, root: string, secret: string) {
  const text = payload(NAMES[command]).replaceAll('/home/runner/', `${root}/`);
  const input = JSON.parse(text) as { args: { container?: object } };
  const own = { image: 'job:1', environmentVariables: { TOKEN: `${secret}-of-the-payload` }, ...container };
  if (command === 'prepare_job') Object.assign(input.args.container ?? {}, own);
  if (command === 'run_container_step') Object.assign(input.args, own);
  return parseInput(JSON.stringify(input));
}

function environmentOf(
  { environment, template, settingsFile, says }: Situation,
  root: string,
  secret: string,
) {
  const file = (name: string, text: string): string => {
    writeFileSync(join(root, name), text);
    return join(root, name);
  };
  const merged = `${template ?? 'spec: {}'}\n---\nspec: { containers: [{ name: $job, env: [{ name: LICENSE, value: ${secret}-of-the-template }] }] }\n`;
  return {
    ACTIONS_RUNNER_POD_NAME: 'runner-1',
    ACTIONS_RUNNER_PREPARE_JOB_TIMEOUT_SECONDS: says.code === 'POD_TIMEOUT' ? SHORT_SECONDS : '600',
    ACTIONS_RUNNER_HOOK_IMAGE_PULL_GRACE_SECONDS: '0',
    ACTIONS_RUNNER_HOOK_API_RETRY_SECONDS: '0',
    RUNNER_DEBUG: '1',
    RUNNER_TEMP: join(root, '_work/_temp'),
    PASSWORD: `${secret}-of-the-environment`,
    ACTIONS_RUNNER_CONTAINER_HOOK_TEMPLATE: file('template.yaml', merged),
    ACTIONS_RUNNER_HOOK_CONFIG: file('settings.yaml', settingsFile ?? `# ${secret}-of-the-settings\n`),
    ...environment,
  };
}

function runnerOn(work: string): Pod {
  const pod = runnerPod(ephemeral('ReadWriteOnce'), { mountPath: work });
  return { ...pod, spec: { containers: [], ...pod.spec, imagePullSecrets: [] } };
}

/** A cluster in which something is broken: it answers, and shows the pod that was created, as the situation says. */
class BrokenCluster extends FakeCluster {
  constructor(
    private readonly situation: Situation,
    private readonly runner: Pod,
  ) {
    super();
    const owned = { metadata: { name: 'runner-1-workflow-1a2b3' } };
    this.pods = [owned];
    this.secrets = [owned];
  }

  override async getPod(name: string, signal: AbortSignal): Promise<Pod> {
    await Promise.resolve();
    signal.throwIfAborted();
    if (name === 'runner-1') this.allow('get pods');
    return name === 'runner-1' ? this.runner : this.shown(this.created[0]);
  }

  override async createPod(pod: Pod, signal?: AbortSignal): Promise<Created<Pod>> {
    this.allow('create pods');
    const { warnings } = await super.createPod(pod, signal);
    return { object: this.shown(pod), warnings };
  }

  override createSecret(...args: Parameters<FakeCluster['createSecret']>) {
    this.allow('create secrets');
    return super.createSecret(...args);
  }

  override listPods(selector: string): Promise<Pod[]> {
    this.allow('list pods');
    return super.listPods(selector);
  }

  override async delete(resource: 'pods' | 'secrets', name: string): Promise<void> {
    await Promise.resolve();
    this.allow(`delete ${resource}`);
    this.requests.push(`delete ${resource} ${name}`);
  }

  override async exec(): Promise<ExecSession> {
    await Promise.resolve();
    for (const verb of ['get', 'create']) this.allow(`${verb} pods/exec`);
    throw refusal(500, 'container not found ("podhooks")');
  }

  override async readLog(): Promise<void> {
    await Promise.resolve();
    this.allow('get pods/log');
  }

  /** @throws Error that the situation has in store for this. */
  private allow(right: string): void {
    const answer = this.situation.answers?.[right];
    if (answer !== undefined) throw answer;
  }

  private shown(pod?: Pod): Pod {
    if (pod === undefined) throw refusal(404, 'pods not found');
    const { status = { phase: 'Pending' }, deleted } = this.situation;
    const hasNode = status.conditions === undefined;
    return {
      ...pod,
      metadata: { ...pod.metadata, ...(deleted && { deletionTimestamp: '2026-01-01T00:00:00Z' }) },
      spec: { containers: [], ...pod.spec, ...(hasNode && { nodeName: 'node-1' }) },
      status,
    };
  }
}

/** All of these, some at a time: most of their time they wait. */
export async function playAll(situations: readonly Situation[], secret?: string): Promise<Transcript[]> {
  const transcripts: Transcript[] = [];
  const queue = [...situations.entries()];
  const work = async (): Promise<void> => {
    for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
      const [index, situation] = next;
      transcripts[index] = await play(situation, secret);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
  return transcripts;
}

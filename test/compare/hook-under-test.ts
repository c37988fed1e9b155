import { setTimeout as sleep } from 'node:timers/promises';
import { dump } from 'js-yaml';
import type { Mode } from '../runner/arc.js';
import { PodRunner } from '../runner/pod-runner.js';
import { type HookResult, RunnerError } from '../runner/runner.js';
import type { Case } from './cases.js';
import { flatten, normalized } from './normalize.js';
import { ObjectWatch, type Seen } from './object-watch.js';
import { resolveVariables } from './variables.js';

const TEMPLATE = '/home/runner/pod-template.yaml';
const PREPARE_SECONDS = '60';
const CALL_MS = 90_000;
/** Events of a watch come a little after the answers to the hook. */
const LAG_MS = 500;

/** What a hook made of a case: its objects and answers, by names as in `pod 1`. */
export type Observation = ReadonlyMap<string, ReadonlyMap<string, unknown>>;

/** A hook in two runner pods: one of them has a template. */
export class HookUnderTest {
  private constructor(
    readonly plain: WatchedRunner,
    readonly templated: WatchedRunner,
  ) {}

  static async start(hookBundle: string, mode: Mode): Promise<HookUnderTest> {
    const start = async (env: Record<string, string>) => {
      const timeout = { ACTIONS_RUNNER_PREPARE_JOB_TIMEOUT_SECONDS: PREPARE_SECONDS };
      const runner = await PodRunner.create({ mode, hookBundle, env: { ...timeout, ...env } });
      return { runner, watch: new ObjectWatch(runner.namespace) };
    };
    return new HookUnderTest(
      await start({}),
      await start({ ACTIONS_RUNNER_CONTAINER_HOOK_TEMPLATE: TEMPLATE }),
    );
  }

  async observe({ job, action, template }: Case): Promise<Observation> {
    const { runner, watch } = template === undefined ? this.plain : this.templated;
    const within = () => ({ signal: AbortSignal.timeout(CALL_MS) });
    await runner.startJob();
    if (template !== undefined) await runner.writeFile(TEMPLATE, dump(template));
    watch.take();
    const answers = {
      ...(job !== undefined && { prepare: await answer(runner, runner.prepareJob(job, within())) }),
      ...(action !== undefined && { step: await answer(runner, runner.containerAction(action, within())) }),
      cleanup: await answer(runner, runner.cleanupJob(within())),
    };
    await sleep(LAG_MS);
    const objects = watch.take().filter(({ metadata }) => metadata.name !== runner.podName);
    await removeObjects(runner);
    return new Map([['answers', flatten(answers)], ...named(objects, runner)]);
  }

  async close(): Promise<void> {
    for (const { runner, watch } of [this.plain, this.templated]) {
      watch.close();
      await runner.close();
    }
  }
}

interface WatchedRunner {
  runner: PodRunner;
  watch: ObjectWatch;
}

/** What the runner takes from the hook, and how the hook ended. */
async function answer(runner: PodRunner, call: Promise<HookResult>): Promise<unknown> {
  try {
    const { exitCode, response } = await call;
    const names = { runner: runner.podName, namespace: runner.namespace };
    const context: unknown = response?.context && normalized(response.context, names);
    return { ok: exitCode === 0, ...(response && { context, isAlpine: response.isAlpine }) };
  } catch (error) {
    if (!(error instanceof RunnerError)) throw error;
    return { refused: error.message };
  }
}

function named(
  objects: readonly Seen[],
  { podName, namespace }: PodRunner,
): [string, Map<string, unknown>][] {
  const counts = new Map<string, number>();
  return resolveVariables(objects).map((object) => {
    const kind = object.kind.toLowerCase();
    const count = (counts.get(kind) ?? 0) + 1;
    counts.set(kind, count);
    return [`${kind} ${count}`, flatten(normalized(object, { runner: podName, namespace }))];
  });
}

/** At once: a job container that ignores SIGTERM would take its grace period, for each case. */
async function removeObjects(runner: PodRunner): Promise<void> {
  const others = ['--field-selector', `metadata.name!=${runner.podName}`];
  await runner.kubectl('delete', 'jobs.batch', '--all', '--cascade=background');
  await runner.kubectl('delete', 'pods', ...others, '--force', '--grace-period=0');
  await runner.kubectl('delete', 'secrets', '--all');
}

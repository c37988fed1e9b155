import { strict as assert } from 'node:assert';
import { log } from '../../e2e/support.js';
import type { PodRunner } from '../../runner/pod-runner.js';
import { jobPodOf, step, withJob } from '../bed.js';
import { type Campaign, row, type Row } from '../campaign.js';
import { pool } from '../pool.js';

/** Evictions are slow: the kubelet looks for volumes that are too large every 10 s or less often. */
const AT_ONCE = 3;
const TEMPLATE = `spec:
  containers:
    - name: $job
      resources: { limits: { memory: 48Mi } }
      volumeMounts: [{ name: scratch, mountPath: /scratch }]
  volumes: [{ name: scratch, emptyDir: { sizeLimit: 10Mi } }]
`;

interface End {
  what: string;
  /** What the step does; it prints "ready" before. */
  script: string;
  /** What somebody does to its pod. */
  disturb?: (runner: PodRunner, pod: string) => Promise<unknown>;
  exitCode: number;
  words: RegExp;
  env?: Readonly<Record<string, string>>;
}

const STEP_LOST = String.raw`^ready\n\n?::error title=podhooks%3A STEP_LOST::\[STEP_LOST\] The step was lost: `;

/** Every way to go that a cluster without a second node can show. */
const ENDS: readonly End[] = [
  {
    what: 'container OOMKilled',
    // Files in memory: no process is to blame, so the kernel kills them all, the container's first one, too.
    script: 'head -c 60M /dev/zero > /dev/shm/full; sleep 60',
    exitCode: 125,
    words: new RegExp(`${STEP_LOST}container job of pod \\S+ was OOMKilled.*limit of 48Mi`),
  },
  {
    what: 'process out of memory, container alive',
    script: 'exec tail -n 1 /dev/zero',
    exitCode: 137,
    words: /^ready\n::warning::The step was killed.*memory limit of 48 MiB.*Raise the memory limit/,
  },
  {
    what: 'evicted: emptyDir over its sizeLimit',
    script: 'head -c 20M /dev/zero > /scratch/full; sleep 90',
    exitCode: 125,
    words: new RegExp(`${STEP_LOST}pod \\S+ was evicted: .*scratch.*exceeds`),
  },
  {
    what: 'pod deleted at once',
    script: 'sleep 60',
    disturb: (runner, pod) => runner.kubectl('delete', 'pod', pod, '--grace-period=0', '--force'),
    exitCode: 125,
    words: new RegExp(`${STEP_LOST}pod \\S+ was deleted`),
  },
  {
    what: 'pod deleted with its grace period',
    script: 'sleep 60',
    disturb: (runner, pod) => runner.kubectl('delete', 'pod', pod),
    exitCode: 125,
    words: new RegExp(`${STEP_LOST}pod \\S+ was deleted|${STEP_LOST}container job of pod \\S+ ended`),
  },
  {
    what: "the container's first process ended",
    script: 'kill -TERM 1; sleep 60',
    exitCode: 125,
    words: new RegExp(`${STEP_LOST}container job of pod \\S+ ended with exit code 143`),
  },
  {
    what: 'time of the pod is up',
    script: 'sleep 60',
    exitCode: 125,
    words: new RegExp(`${STEP_LOST}pod \\S+ has ended: Pod was active.*JOB_MAX_SECONDS`),
    env: { ACTIONS_RUNNER_HOOK_JOB_MAX_SECONDS: '6' },
  },
];

export const ends: Campaign = {
  name: 'ends',
  claim: 'name what a step was lost to, with what to do about it',
  needsPackages: false,
  run: async ({ say }) => {
    const rows: Row[] = [];
    await pool(ENDS.length, AT_ONCE, async (number) => {
      const end = ENDS[number - 1];
      if (end === undefined) return;
      const seconds = await meet(end);
      const value = seconds === undefined ? 'named' : `named, ${seconds.toFixed(1)} s after the cluster knew`;
      say(`${end.what}: ${value}`);
      rows.push(row(end.what, value));
    });
    return rows;
  },
};

/** @returns how long after the time in the pod's status, or after what was done to it, the hook had ended. */
async function meet({ script, disturb, exitCode, words, env = {} }: End): Promise<number | undefined> {
  return withJob('novolume', { env, template: TEMPLATE }, async (runner) => {
    const pod = await jobPodOf(runner);
    let disturbance: Promise<number> | undefined;
    const result = await step(runner, `echo ready; sleep 1; ${script}`, {
      onOutput: (chunk) => {
        if (chunk.includes('ready')) disturbance ??= disturb?.(runner, pod).then(() => Date.now());
      },
    });
    const over = Date.now();
    const text = log(result);
    assert.match(text.replaceAll('%0A', ' '), words, text);
    assert.equal(result.exitCode, exitCode, text);
    const known = (await disturbance) ?? (await knownSince(runner, pod));
    return known === undefined ? undefined : Math.max(0, over - known) / 1000;
  });
}

/** When the container ended, by the pod's status, which has whole seconds. */
async function knownSince(runner: PodRunner, pod: string): Promise<number | undefined> {
  const path = 'jsonpath={.status.containerStatuses[?(@.name=="job")].state.terminated.finishedAt}';
  const text = await runner.kubectl('get', 'pod', pod, '-o', path);
  return text === '' ? undefined : Date.parse(text);
}

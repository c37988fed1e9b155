import { strict as assert } from 'node:assert';
import { setTimeout as sleep } from 'node:timers/promises';
import { log } from '../../e2e/support.js';
import type { PodRunner } from '../../runner/pod-runner.js';
import type { HookResult } from '../../runner/runner.js';
import { ended, IMAGE, step } from '../bed.js';
import { type Campaign, countOf, row } from '../campaign.js';
import { pool } from '../pool.js';
import { shuffled, whole } from '../random.js';
import { beds, withHostileJob } from '../security-beds.js';

const AT_ONCE = 3;
/** SIGINT, and 7.5 s later SIGTERM: SIGKILL follows 2.5 s behind. */
const RUNNER_WINDOW_MS = 10_000;
/** A step lasts 4 s at most; a lost supervisor is noticed within 5 s, on a machine that is not busy. */
const HANGS_AFTER_MS = 90_000;
const LOST = 125;

/** Processes that watch the step that runs, as its own user can find them. */
const WATCHERS = `$(cat /__podhooks/*/own 2> /dev/null)`;

interface Killer {
  what: string;
  /** Behind "ready" and a random moment. */
  script: string;
  /** Only a cancellation ends it: what is stopped cannot be told from what is slow. */
  needsCancel?: true;
}

/** None of these may be green: the scripts that end with 0 have killed who would have recorded it. */
const KILLERS: readonly Killer[] = [
  { what: 'kill -9 -1', script: 'kill -9 -1; exit 0' },
  { what: 'kill -TERM -1, then kill -9 -1', script: 'kill -TERM -1; sleep 0.2; kill -9 -1; exit 0' },
  {
    what: 'kill -9 -1, again and again',
    script: 'for i in $(seq 30); do kill -9 -1; sleep 0.1; done; exit 0',
  },
  { what: 'the recorder', script: 'kill -9 $PPID; exit 0' },
  { what: 'all that watches it', script: `kill -9 ${WATCHERS}; exit 0` },
  { what: 'one that watches it', script: `kill -9 $(printf '%s\\n' ${WATCHERS} | shuf -n 1); exit 9` },
  { what: 'a helper behind its back', script: `(setsid sh -c 'sleep 0.5; kill -9 -1' &); sleep 3; exit 9` },
  { what: 'the folder of the step', script: 'rm -rf /__podhooks/*-*; exit 9' },
  {
    what: 'the folder, and all that watches it',
    script: `w="${WATCHERS}"; rm -rf /__podhooks/*-*; kill -9 $w; exit 0`,
  },
  {
    what: 'fork, for those that watch it',
    script: `for p in ${WATCHERS}; do prlimit --pid $p --nproc=1:1; done; sleep 2; exit 9`,
  },
  { what: 'fork, by a fork bomb under ulimit -u', script: forkBomb() },
  {
    what: 'file descriptors',
    script: 'ulimit -n 3; exec 2> /dev/null; cat < /dev/null; kill -9 $PPID; exit 0',
  },
  { what: 'the container', script: 'kill -TERM 1; sleep 4; exit 9' },
  {
    what: 'one that watches it, stopped',
    script: `kill -STOP $(printf '%s\\n' ${WATCHERS} | shuf -n 1); sleep 2; exit 9`,
    needsCancel: true,
  },
  {
    what: 'all that watches it, stopped',
    script: `kill -STOP ${WATCHERS}; sleep 2; exit 9`,
    needsCancel: true,
  },
  { what: 'everything, stopped', script: 'kill -STOP -1; sleep 2; exit 9', needsCancel: true },
];

/** Root has no process limit: the bomb runs as a user without rights. It ends by itself, as nobody would end it in the pod. */
function forkBomb(): string {
  const bomb =
    'ulimit -u 40; end=$(($(date +%s) + 3)); bomb() { while [ "$(date +%s)" -lt $end ]; do bomb & sleep 0.1; done; }; bomb';
  return `if [ "$(id -u)" = 0 ]; then setpriv --reuid 23456 --clear-groups bash -c '${bomb}'; else ${bomb}; fi 2> /dev/null; kill -9 -1; exit 0`;
}

export const killers: Campaign = {
  name: 'killers',
  claim:
    'end in time and never green under a step that kills all it can, and run the next step or say why not',
  needsPackages: false,
  run: async (scale) => {
    const steps = countOf(scale, 100, 8);
    const used = beds(scale.small);
    const cases = shuffled(
      Array.from({ length: steps }, (_, index) => caseOf(index, scale.random)),
      scale.random,
    );
    const figures = {
      cancelled: 0,
      slowest: 0,
      slowestCancel: 0,
      worked: 0,
      said: 0,
      codes: new Map<number, number>(),
    };
    await pool(used.length, AT_ONCE, async (number) => {
      const bed = used[number - 1];
      if (bed === undefined) return;
      const mine = cases.filter((_, index) => index % used.length === number - 1);
      await withHostileJob(bed, async (runner) => {
        for (const { killer, cancelled, afterMs, cancelMs } of mine) {
          const what = `${killer.what}, after ${afterMs} ms${cancelled ? `, cancelled after ${cancelMs} ms` : ''} (${bed.name})`;
          const end = await kill(
            runner,
            what,
            `set +e; sleep ${afterMs / 1000}\n${killer.script}`,
            cancelled ? cancelMs : undefined,
          );
          const code = end.result.exitCode ?? -1;
          figures.codes.set(code, (figures.codes.get(code) ?? 0) + 1);
          if (end.sinceCancelMs === undefined)
            figures.slowest = Math.max(figures.slowest, end.result.durationMs);
          else {
            figures.cancelled++;
            figures.slowestCancel = Math.max(figures.slowestCancel, end.sinceCancelMs);
          }
          if (await nextStep(runner, what)) figures.worked++;
          else figures.said++;
          scale.say(`${what}: ${code}`);
        }
      });
    });
    return [
      row('steps that kill', steps),
      row('of these cancelled before they had ended', figures.cancelled),
      row(
        'exit codes of the hook',
        [...figures.codes].map(([code, times]) => `${times} × ${code}`).join(', '),
      ),
      row('green, hanging', 0),
      row('slowest without a cancellation, s', (figures.slowest / 1000).toFixed(1)),
      row('slowest, from SIGINT to the end of the hook, s', (figures.slowestCancel / 1000).toFixed(1)),
      row('next steps that worked; that said why not', `${figures.worked}; ${figures.said}`),
    ];
  },
};

interface Case {
  killer: Killer;
  cancelled: boolean;
  /** From "ready" to the kill, and to the cancellation. */
  afterMs: number;
  cancelMs: number;
}

/** Each killer in turn, half with and half without a cancellation. */
function caseOf(index: number, random: () => number): Case {
  const killer = KILLERS[index % KILLERS.length];
  assert.ok(killer !== undefined);
  const cancelled = killer.needsCancel ?? (index + Math.floor(index / KILLERS.length)) % 2 === 0;
  return { killer, cancelled, afterMs: whole(random, 1_000), cancelMs: whole(random, 2_000) };
}

interface End {
  result: HookResult;
  /** From SIGINT to the end of the hook; undefined where it ended before, or was not cancelled. */
  sinceCancelMs: number | undefined;
}

async function kill(
  runner: PodRunner,
  what: string,
  script: string,
  cancelMs: number | undefined,
): Promise<End> {
  const controller = new AbortController();
  let cancelledAt: number | undefined;
  let timer: NodeJS.Timeout | undefined;
  const result = await step(runner, `echo ready\n${script}`, {
    withinMs: HANGS_AFTER_MS,
    signal: controller.signal,
    onOutput: (chunk) => {
      if (cancelMs === undefined || timer !== undefined || !chunk.includes('ready')) return;
      timer = setTimeout(() => {
        cancelledAt = Date.now();
        controller.abort();
      }, cancelMs);
    },
  });
  clearTimeout(timer);
  const sinceCancelMs = cancelledAt === undefined ? undefined : Date.now() - cancelledAt;
  const text = `${what}:\n${log(result).slice(-4000)}`;
  assert.notEqual(result.exitCode, 0, `green: ${text}`);
  assert.notEqual(result.exitCode, null, `killed by ${result.signal ?? '?'}: ${text}`);
  assert.notEqual(result.cancelledBy, 'SIGKILL', `not ended within the runner's window: ${text}`);
  assert.ok(
    sinceCancelMs === undefined || sinceCancelMs < RUNNER_WINDOW_MS,
    `${sinceCancelMs ?? 0} ms: ${text}`,
  );
  if (result.exitCode === LOST)
    assert.match(log(result), /::error title=podhooks%3A (STEP_LOST|CANCELLED)::/, text);
  return { result, sinceCancelMs };
}

/** @returns whether a step can be run in the same job; if not, the hook has to say why, and the job is made anew. */
async function nextStep(runner: PodRunner, what: string): Promise<boolean> {
  // What the killer has left to run may still kill.
  await sleep(1_000);
  const result = await step(runner, 'echo works', { withinMs: HANGS_AFTER_MS });
  if (result.exitCode === 0) {
    assert.equal(result.stdout.toString(), 'works\n', `the step after ${what}`);
    return true;
  }
  ended(result, LOST);
  assert.match(log(result), /::error title=podhooks%3A [A-Z_]+::/, `the step after ${what}`);
  ended(await runner.cleanupJob(), 0);
  ended(await runner.prepareJob({ container: { image: IMAGE } }), 0);
  return false;
}

import { strict as assert } from 'node:assert';
import { setTimeout as sleep } from 'node:timers/promises';
import { restartDaemon, step, withJob } from '../bed.js';
import { type Campaign, countOf, row, type Row } from '../campaign.js';
import type { PodRunner } from '../../runner/pod-runner.js';

/** Daemon, signal, and the time that it is away. */
const RESTARTS: readonly (readonly [name: string, signal: string, seconds: string])[] = [
  ['kube-apiserver', 'TERM', '0'],
  ['kube-apiserver', 'KILL', '5'],
  ['kubelet', 'TERM', '3'],
  ['containerd', 'TERM', '2'],
];

export const restarts: Campaign = {
  name: 'restarts',
  claim: 'outlast a restart of API server, kubelet and container runtime during a step',
  needsPackages: true,
  run: async (scale) => {
    const seconds = countOf(scale, 40, 15);
    const rows: Row[] = [];
    await withJob('novolume', {}, async (runner) => {
      for (const [name, signal, away] of RESTARTS) {
        const result = await during(runner, seconds, () => restartDaemon(name, signal, away));
        scale.say(`${name} ${signal}: ${result}`);
        rows.push(row(`${name} restarted by SIG${signal}, away for ${away} s`, result));
      }
      await sleep(3_000);
    });
    return rows;
  },
};

async function during(runner: PodRunner, seconds: number, disturb: () => Promise<unknown>): Promise<string> {
  const lines = seconds * 5;
  let disturbance: Promise<unknown> | undefined;
  const script = `i=0; while [ $i -lt ${lines} ]; do i=$((i + 1)); echo line $i; sleep 0.2; done; echo n=1 >> "$GITHUB_OUTPUT"; exit 9`;
  const result = await step(runner, script, {
    onOutput: (chunk) => {
      if (chunk.includes('line 5\n')) disturbance ??= disturb();
    },
  });
  await disturbance;
  const expected = Array.from({ length: lines }, (_, index) => `line ${index + 1}\n`).join('');
  assert.equal(result.output.toString(), expected);
  assert.deepEqual([result.exitCode, result.outputs], [9, { n: '1' }]);
  return `${lines} of ${lines} lines, exit code kept`;
}

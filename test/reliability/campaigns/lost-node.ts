import { strict as assert } from 'node:assert';
import { setTimeout as sleep } from 'node:timers/promises';
import { log } from '../../e2e/support.js';
import type { PodRunner } from '../../runner/pod-runner.js';
import { ended, IMAGE, jobPodOf, restartDaemon, step, withRunner } from '../bed.js';
import { type Campaign, row } from '../campaign.js';

const KUBELET_AWAY_SECONDS = '15';
const TAINT = 'node.kubernetes.io/unreachable:NoExecute';
/** Else Kubernetes waits for five minutes. */
const TEMPLATE = `spec:
  tolerations:
    - { key: node.kubernetes.io/unreachable, operator: Exists, effect: NoExecute, tolerationSeconds: 0 }
`;
const NAMED = /STEP_LOST::\[STEP_LOST\] The step was lost: pod \S+ was evicted: .*NoExecute/;

/** A cluster never calls its only node unreachable: the kubelet is stopped and the taint is given here. */
export const lostNode: Campaign = {
  name: 'lost-node',
  claim: 'name a node that does not answer any more',
  needsPackages: true,
  run: () =>
    withRunner('novolume', { template: TEMPLATE }, async (runner) => {
      ended(await runner.prepareJob({ container: { image: IMAGE } }), 0);
      const node = await runner.kubectl(
        ...['get', 'pod', await jobPodOf(runner), '-o', 'jsonpath={.spec.nodeName}'],
      );
      let loss: ReturnType<typeof lose> | undefined;
      try {
        const began = Date.now();
        const result = await step(runner, 'echo ready; sleep 120', {
          onOutput: () => void (loss ??= lose(runner, node)),
        });
        // By the hook's own time: without a kubelet nobody hears of it.
        const over = began + result.durationMs;
        const text = log(result);
        assert.match(text.replaceAll('%0A', ' '), NAMED, text);
        assert.equal(result.exitCode, 125, text);
        const seconds = Math.max(0, over - ((await loss)?.since ?? NaN)) / 1000;
        return [row('no kubelet, and a taint', `named, ${seconds.toFixed(1)} s after the taint`)];
      } finally {
        await (
          await loss
        )?.back;
        await runner.kubectl('taint', 'node', node, `${TAINT}-`).catch(() => undefined);
        ended(await runner.cleanupJob(), 0);
      }
    }),
};

async function lose(runner: PodRunner, node: string) {
  const back = restartDaemon('kubelet', 'TERM', KUBELET_AWAY_SECONDS);
  await sleep(2_000);
  await runner.kubectl('taint', 'node', node, TAINT);
  return { since: Date.now(), back };
}

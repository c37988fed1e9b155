import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { loadAll } from 'js-yaml';
import { runnerAccess, runnerPod } from '../arc.js';

const ARC = join(import.meta.dirname, '../../cluster/arc');

describe("the simulator of GitHub's runner", () => {
  describe('in a pod', () => {
    const documents = (file: string) => loadAll(readFileSync(join(ARC, file), 'utf8'));
    const namespace = 'arc-runners';
    for (const [mode, file, name] of [
      ['volume', 'kubernetes', 'arc-k8s-7q2wm-runner-8zk4d'],
      ['novolume', 'novolume', 'arc-novolume-x5c9t-runner-2hq7p'],
    ] as const)
      it(`has the account, the role and the pod of ARC in mode ${mode}`, () => {
        expect(runnerAccess(mode, namespace)).to.deep.equal(documents(`rbac-${file}.yaml`));
        const pod = runnerPod({ mode, namespace, name });
        expect(documents(`runner-${file}.yaml`)[0]).to.deep.nested.include({
          spec: pod.spec,
          'metadata.name': name,
          'metadata.labels': pod.metadata?.labels,
        });
      });

    it('takes more environment, which wins over that of ARC', () => {
      const more = { ACTIONS_RUNNER_CONTAINER_HOOKS: '/my/index.js', A: '1' };
      const pod = runnerPod({ mode: 'volume', namespace, name: 'x', env: more });
      expect(pod.spec?.containers[0]?.env?.map(({ name, value }) => [name, value])).to.deep.equal([
        ['ACTIONS_RUNNER_POD_NAME', undefined],
        ['ACTIONS_RUNNER_REQUIRE_JOB_CONTAINER', 'true'],
        ['ACTIONS_RUNNER_CONTAINER_HOOKS', '/my/index.js'],
        ['A', '1'],
      ]);
    });
  });
});

import { mkdirSync } from 'node:fs';
import type { HookContainer, PrepareJobInput } from '@podhooks/hooklib';
import { expect } from 'chai';
import { prepareJob } from '../../src/commands/prepare-job.js';
import type { Pod } from '../../src/model/kubernetes.js';
import { commandContext } from '../support/command-context.js';
import { hookContainer } from '../support/containers.js';
import { FakeCluster, refusal } from '../support/fake-cluster.js';
import { ownHome } from '../support/own-home.js';
import { runnerPod } from '../support/runner-pods.js';

const DIGEST = `sha256:${'0a'.repeat(32)}`;
const POLICY = {
  ACTIONS_RUNNER_HOOK_IMAGES_ALLOW: 'docker.io/library/node:22 docker.io/library/redis ghcr.io/our-org/*',
  ACTIONS_RUNNER_HOOK_OPTIONS_ALLOW: '--cap-add=NET_*',
  ACTIONS_RUNNER_HOOK_OPTIONS_MAX_CPUS: '2',
  ACTIONS_RUNNER_HOOK_OPTIONS_MAX_MEMORY_MB: '4096',
  ACTIONS_RUNNER_HOOK_OPTIONS_MAX_STORAGE_MB: '10240',
  ACTIONS_RUNNER_HOOK_PRESETS: '{"large":{"resources":{"limits":{"cpu":64}}}}',
};

/** What a workflow tries; the pod is none, or one that has nothing of it. */
const ATTEMPTS: Readonly<Record<string, Partial<HookContainer>>> = {
  privileged: { createOptions: '--privileged' },
  'privileged, in other words': { createOptions: '--privileged=1 --security-opt seccomp=unconfined' },
  'all capabilities': { createOptions: '--cap-add ALL --cap-add=CAP_SYS_ADMIN' },
  'a capability behind an allowed one': { createOptions: '--cap-add=NET_RAW,SYS_ADMIN' },
  'a device': { createOptions: '--device /dev/kvm --device=/dev/sda:/dev/x:rwm' },
  'network of the node': { createOptions: '--network host --net=host' },
  'processes of the node': { createOptions: '--pid=host --ipc host --uts host' },
  'users of the node': { createOptions: '--userns host --cgroupns=host' },
  'a folder of the node': { createOptions: '-v /:/host --volume=/etc:/etc' },
  'a mount of the node': { createOptions: '--mount type=bind,source=/,target=/host' },
  'volumes of another container': { createOptions: '--volumes-from podhooks' },
  'a port of the node': { createOptions: '-p 22:22 --publish-all' },
  'another runtime': { createOptions: '--runtime runc --cgroup-parent /' },
  'a label with an identity': { createOptions: '--label azure.workload.identity/use=true' },
  'an annotation with an identity': { createOptions: '--annotation iam.amazonaws.com/role=admin' },
  'a file of the runner': { createOptions: '--env-file /etc/passwd' },
  'more memory': { createOptions: '--memory 64g --memory-reservation 64g' },
  'memory without a limit': { createOptions: '-m 0 --memory-swap -1' },
  'more CPUs': { createOptions: '--cpus 64' },
  'CPUs without a limit': { createOptions: '--cpus=0 --cpu-quota 0' },
  'a GPU': { createOptions: '--gpus all --gpus 1' },
  'nodes of another architecture': { createOptions: '--platform linux/arm64' },
  'a group of the node': { createOptions: '--group-add 0 --group-add=docker' },
  'a kernel parameter': { createOptions: '--sysctl net.core.somaxconn=65535 --sysctl=kernel.msgmax=1' },
  'a size that is not there': { createOptions: '--label podhooks.preset=__proto__' },
  'more storage': { createOptions: '--storage-opt size=10t' },
  'storage without a limit': { createOptions: '--storage-opt size=0' },
  'another tag': { image: 'node:20' },
  'a digest behind an allowed tag': { image: `node:22@${DIGEST}` },
  'a registry spelled like an allowed one': { image: 'ghcr.io.evil.test/our-org/app' },
  'upper case': { image: 'Ghcr.io/EVIL/app' },
  'another port': { image: 'ghcr.io:8443/our-org/app' },
  'an image of the node by its identifier': { image: DIGEST },
};

describe('a workflow that asks for more than is allowed', () => {
  const place = ownHome();

  /** The pod that is asked of the cluster, which then refuses it: nothing more is needed here. */
  const asked = async (parts: Partial<HookContainer>): Promise<Pod | undefined> => {
    const cluster = new FakeCluster();
    cluster.states = [runnerPod()];
    const create = cluster.createPod.bind(cluster);
    cluster.createPod = async (pod, signal) => {
      await create(pod, signal);
      throw refusal(422, 'enough is seen');
    };
    mkdirSync(`${place.root}/work/_temp`, { recursive: true });
    const { context } = commandContext(cluster, { ...POLICY, RUNNER_TEMP: `${place.root}/work/_temp` });
    const args = { container: null, services: [hookContainer({ image: 'redis:7', ...parts })] };
    const input: PrepareJobInput = { command: 'prepare_job', responseFile: '/r', state: null, args };
    await prepareJob(input, context).catch(() => undefined);
    return cluster.created[0];
  };

  it('is no workflow that asks for what is allowed', async () => {
    const pod = await asked({
      image: 'ghcr.io/our-org/app:1',
      createOptions: '--cap-add=NET_ADMIN --cpus 1',
    });
    const [container] = pod?.spec?.containers ?? [];
    expect(container?.securityContext?.capabilities?.add).to.deep.equal(['NET_ADMIN']);
    expect(container?.resources?.limits).to.deep.equal({
      cpu: '1000m',
      memory: '4Gi',
      'ephemeral-storage': '10Gi',
    });
  });

  for (const [name, parts] of Object.entries(ATTEMPTS))
    it(`does not get it: ${name}`, async () => {
      const expected = await asked({});
      const pod = await asked(parts);
      if (parts.image !== undefined) {
        expect(pod).to.equal(undefined);
        return;
      }
      // But for random names and annotations of options, which mean nothing to anybody, it is the pod without the attempt.
      expect(withoutNames(pod)).to.deep.equal(withoutNames(expected));
      expect(
        Object.keys(pod?.metadata?.annotations ?? {}).filter((key) => !/podhooks\.dev\//.test(key)),
      ).to.deep.equal(
        Object.keys(expected?.metadata?.annotations ?? {}).filter((key) => !/podhooks\.dev\//.test(key)),
      );
      expect(pod?.metadata?.labels).to.deep.equal(expected?.metadata?.labels);
    });
});

function withoutNames(pod: Pod | undefined): unknown {
  if (pod === undefined) throw new Error('no pod was asked for');
  const name = pod.metadata?.name ?? '';
  const id = name.slice(name.lastIndexOf('-') + 1);
  return JSON.parse(JSON.stringify(pod.spec).replaceAll(id, 'ID'));
}

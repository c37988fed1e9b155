import { expect } from 'chai';
import { CASES, made } from '../../packages/k8s/test/options/option-cases.js';
import type { Pod } from '../../packages/k8s/src/model/kubernetes.js';
import { clusterEnvironment } from '../cluster/environment.js';
import { kubectl } from '../runner/kubectl.js';
import type { PodRunner } from '../runner/pod-runner.js';
import { shellAction } from '../runner/shell-action.js';
import { leftovers, log, MODES, podRunner } from './support.js';

/** Every option that works for both containers. */
const HARMLESS =
  '--cpus 1 --memory 512m --memory-reservation 64m --shm-size 32m --tmpfs /in-memory:size=8m -e "A=two words" ' +
  '--label com.example/team=a --hostname builder --add-host other:10.0.0.1 --add-host v6:[fd00::1] ' +
  '--dns 10.0.0.2 --dns-search corp.example --dns-option ndots:2';
const HEALTH =
  '--health-cmd "redis-cli ping | grep -q PONG" --health-interval 2s --health-timeout 5s --health-retries 5 --health-start-period 1s';

for (const mode of MODES)
  describe(`options of containers in ${mode} mode`, () => {
    let runner: PodRunner;
    before(async () => {
      runner = await podRunner(mode);
    });
    after(() => runner.close());
    afterEach(async () => {
      await runner.cleanupJob();
      expect(await leftovers(runner)).to.deep.equal([]);
    });

    it('have their effect, all together, and services are healthy and reached by all their names', async () => {
      const result = await runner.prepareJob({
        container: { image: 'debian:12', options: `${HARMLESS} --user root --read-only --privileged --init` },
        services: [
          {
            image: 'redis:7',
            options: `${HARMLESS} ${HEALTH} --network-alias cache --name session_store --user 1001:1001 -w /tmp`,
          },
        ],
      });
      const text = log(result);
      expect(result.exitCode, text).to.equal(0);
      expect(text)
        .to.contain('Options of the job container: --privileged is not used.')
        .and.contain('Options of the job container that have no effect: --init')
        .and.contain('the container is reached as session-store')
        .and.not.contain('two words');
      const step = await runner.run({
        run: `id -u; hostname; echo "$A"; df -P /dev/shm /in-memory | awk '{print $2}'; touch /x 2>&1 | grep -o Read-only
getent hosts other v6 | sort; grep -c corp.example /etc/resolv.conf
for name in redis cache session-store builder localhost; do
  exec 3<>/dev/tcp/$name/6379; echo PING >&3; read -r answer <&3; echo "$name $answer"
done`,
        shell: 'bash -e {0}',
      });
      expect(log(step)).to.equal(`0
builder
two words
1024-blocks
32768
8192
Read-only
10.0.0.1        other
fd00::1         v6
1
redis +PONG\r
cache +PONG\r
session-store +PONG\r
builder +PONG\r
localhost +PONG\r

[exit code 0]`);
      const names = 'redis cache session-store builder';
      const action = await runner.containerAction(
        shellAction(`for name in ${names}; do echo PING | nc -w 2 $name 6379; done`),
      );
      expect(log(action)).to.equal(`${'+PONG\n'.repeat(4)}\n[exit code 0]`);
    });

    it('reach a service whose image needs credentials, by all names and its port (on the cluster built from packages)', async () => {
      const result = await runner.prepareJob({
        container: { image: 'debian:12' },
        services: [
          { image: 'redis:7', ports: ['6379'] },
          {
            image: 'registry.test/private/app:latest',
            credentials: { username: 'testbed', password: 'secret-of-the-testbed' },
            entrypoint: 'sh',
            command: '-c "while :; do echo hello | nc -l -p 7000; done"',
            ports: ['7000:7000'],
            options: '--network-alias greeter --health-cmd "test -e /private.txt" --health-interval 2s',
          },
        ],
      });
      expect(result.exitCode, log(result)).to.equal(0);
      expect(result.response?.context?.services?.map(({ id, ports }) => [id, ports])).to.deep.equal([
        ['redis', { '6379': '6379' }],
        ['app', { '7000': '7000' }],
      ]);
      // Between two connections, nobody listens for a moment.
      const step = await runner.run({
        run: `for name in app greeter localhost; do
  until (exec 3<>/dev/tcp/$name/7000 && read -r word <&3 && echo "$name $word") 2> /dev/null; do sleep 0.1; done
done`,
        shell: 'bash -e {0}',
      });
      expect(log(step)).to.equal('app hello\ngreeter hello\nlocalhost hello\n\n[exit code 0]');
      const action = await runner.containerAction(
        shellAction(
          `for name in app greeter; do until nc -w 2 $name 7000 < /dev/null 2> /dev/null; do sleep 0.1; done; done`,
        ),
      );
      expect(log(action)).to.equal('hello\nhello\n\n[exit code 0]');
    });

    it('fail the job with the log of a service that is not healthy in its time', async () => {
      const result = await runner.prepareJob({
        container: { image: 'debian:12' },
        services: [
          {
            image: 'redis:7',
            options:
              '--health-cmd "exit 1" --health-interval 1s --health-timeout 1s --health-retries 2 --network-alias cache',
          },
        ],
      });
      expect(result.exitCode, log(result)).to.not.equal(0);
      expect(log(result))
        .to.match(
          /Service redis of pod \S+ is not healthy after 4 s: its --health-cmd has not succeeded once/,
        )
        .and.contain('Ready to accept connections')
        .and.contain('--health-retries');
    });

    it('name a service that ends right after its start, at the latest when a step fails, and at the end', async () => {
      const result = await runner.prepareJob({
        container: { image: 'debian:12' },
        services: [{ image: 'redis:7', entrypoint: '/bin/false' }],
      });
      const named = /container redis of pod \S+ ended with exit code 1/;
      if (result.exitCode === 0) {
        expect(log(await runner.run({ run: 'exit 1' }))).to.match(named);
        expect(log(await runner.cleanupJob())).to.match(named);
      } else expect(log(result)).to.match(named);
    });
  });

/** As the hook would create it: a name, images, and no account that a namespace may not have yet. */
function podOf({ spec }: Pod, index: number): Pod {
  const containers = (spec?.containers ?? []).map((container) => ({ image: 'debian:12', ...container }));
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: `option-${index}` },
    spec: { ...spec, restartPolicy: 'Never', automountServiceAccountToken: false, containers },
  };
}

/** The example of docs/options.md for the pod as a whole. */
function withSize({ spec, ...pod }: Pod): Pod {
  const resources = { requests: { cpu: '2', memory: '4Gi' }, limits: { memory: '8Gi' } };
  return { ...pod, ...(spec !== undefined && { spec: { ...spec, resources } }) };
}

describe('every option that has an effect', () => {
  it('makes a pod that the API server accepts', async () => {
    Object.assign(process.env, await clusterEnvironment());
    const cases: { job?: string; service?: string }[] = Object.values(CASES).flat();
    const asked = [...cases, { job: '--label podhooks.preset=large' }].map(({ job, service }, index) =>
      podOf(made(job ?? null, service ?? null).pod, index),
    );
    const items = [...asked, withSize(podOf(made(null).pod, asked.length))];
    const list = JSON.stringify({ apiVersion: 'v1', kind: 'List', items });
    const created = await kubectl(
      ['-n', 'default', 'create', '--dry-run=server', '-o', 'name', '-f', '-'],
      list,
    );
    expect(created.trim().split('\n')).to.have.length(items.length);
  });
});

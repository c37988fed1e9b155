import { expect } from 'chai';
import type { PodRunner } from '../runner/pod-runner.js';
import { leftovers, log, MODES, podRunner } from './support.js';

const LEVEL = 'pod-security.kubernetes.io/enforce=restricted';
const SETTINGS = '/home/runner/settings.yaml';
/** Its user is not root: 2000, which it names by a word, so that the kubelet wants the number. */
const IMAGE = 'testbed/action:1';
const JOB = {
  container: { image: IMAGE },
  services: [{ image: 'redis:7', options: '--user 999 --network-alias cache' }],
};

for (const mode of MODES)
  describe(`a namespace that enforces Pod Security restricted, in ${mode} mode`, () => {
    let runner: PodRunner;
    before(async () => {
      runner = await podRunner(mode, { env: { ACTIONS_RUNNER_HOOK_CONFIG: SETTINGS } });
      // The runner's own pod is the administrator's, and is there before.
      await runner.kubectl('label', 'namespace', runner.namespace, LEVEL);
    });
    after(() => runner.close());

    it('refuses a job with the setting that would let it in', async () => {
      await runner.writeFile(SETTINGS, '');
      const result = await runner.prepareJob(JOB);
      expect(log(result))
        .to.contain('set ACTIONS_RUNNER_HOOK_POD_SECURITY to restricted')
        .and.contain('[exit code 125]');
      expect(await leftovers(runner)).to.deep.equal([]);
    });

    it('runs a job with a service and a docker action, none of them as root, without a template', async () => {
      await runner.writeFile(SETTINGS, 'podSecurity: restricted\nrunAsUser: 2000');
      const result = await runner.prepareJob(JOB);
      expect(result.exitCode, log(result)).to.equal(0);
      const looks = "id -u; grep -E 'NoNewPrivs|CapBnd|Seccomp:' /proc/self/status";
      const rights = 'CapBnd:\t0000000000000000\nNoNewPrivs:\t1\nSeccomp:\t2\n';
      const ping = 'exec 3<>/dev/tcp/cache/6379; echo PING >&3; read -r answer <&3; echo "$answer"';
      const step = await runner.run({ run: `${looks}; ${ping}; echo content > file`, shell: 'bash -e {0}' });
      expect(log(step)).to.equal(`2000\n${rights}+PONG\r\n\n[exit code 0]`);
      const action = await runner.containerAction({
        image: `docker://${IMAGE}`,
        entrypoint: '/bin/sh',
        args: ['-c', `${looks}; cat file`],
      });
      expect(log(action)).to.equal(`2000\n${rights}content\n\n[exit code 0]`);
      expect((await runner.cleanupJob()).exitCode).to.equal(0);
      expect(await leftovers(runner)).to.deep.equal([]);
    });
  });

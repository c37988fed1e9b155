import { expect } from 'chai';
import type { PodRunner } from '../runner/pod-runner.js';
import type { HookResult } from '../runner/runner.js';
import { leftovers, log, podRunner } from './support.js';

const TEMPLATE_PATH = '/tmp/template.yaml';
/** For a busy node, too: what is waited for never comes. */
const SHORT = { ACTIONS_RUNNER_PREPARE_JOB_TIMEOUT_SECONDS: '15' };
const JOB = { container: { image: 'alpine:3.20' } };

/** Answers a shell's `-c`, as of the container's own command, but reads no commands. */
const DEAF_SHELL = `#!/bin/busybox sh
if [ $# -eq 0 ]; then exec /bin/busybox sleep 3600; fi
exec /bin/busybox sh "$@"
`;
const DEAF = `
spec:
  volumes:
    - name: deaf
      configMap: { name: deaf-shell, defaultMode: 493 }
  containers:
    - name: $job
      volumeMounts: [{ name: deaf, mountPath: /usr/local/bin/sh, subPath: sh }]
`;
const NOWHERE = 'spec: { nodeSelector: { example.com/no-such-node: "true" } }';

describe('a wait of prepare_job on the cluster', () => {
  const runners: PodRunner[] = [];
  after(async () => {
    for (const runner of runners) await runner.close();
  });

  const withTemplate = async (template: string, env: Record<string, string> = SHORT): Promise<PodRunner> => {
    const runner = await podRunner('novolume', {
      env: { ...env, ACTIONS_RUNNER_CONTAINER_HOOK_TEMPLATE: TEMPLATE_PATH },
    });
    runners.push(runner);
    await runner.writeFile(TEMPLATE_PATH, template);
    return runner;
  };
  const errorOf = (result: HookResult) => {
    expect(result.exitCode, log(result)).to.equal(125);
    const errors = result.commands.filter(({ name }) => name === 'error');
    expect(errors, log(result)).to.have.length(1);
    return { title: errors[0]?.properties['title'], text: errors[0]?.data ?? '' };
  };
  const gone = async (runner: PodRunner) => {
    for (const name of await leftovers(runner))
      await runner.kubectl('wait', '--for=delete', name.toLowerCase(), '--timeout=60s');
  };

  it('ends with the reason of the scheduler where no node fits, 8 times of 8', async () => {
    const runner = await withTemplate(NOWHERE, { ACTIONS_RUNNER_PREPARE_JOB_TIMEOUT_SECONDS: '8' });
    for (let time = 1; time <= 8; time++) {
      const { title, text } = errorOf(await runner.prepareJob(JOB));
      expect(title, `time ${time}: ${text}`).to.equal('podhooks: POD_TIMEOUT');
      expect(text).to.contain('did not start within 8 s: waiting for a node: 0/').and.contain('available');
    }
    await gone(runner);
  });

  it('names the image whose sh does not answer', async () => {
    const runner = await withTemplate(DEAF);
    await runner.kubectl('create', 'configmap', 'deaf-shell', `--from-literal=sh=${DEAF_SHELL}`);
    const { title, text } = errorOf(await runner.prepareJob(JOB));
    expect(title, text).to.equal('podhooks: POD_TIMEOUT');
    expect(text).to.contain('The image alpine:3.20 of container job').and.contain('within 15 s');
    await gone(runner);
  });

  it('names a helper that is killed meanwhile, long before the deadline', async () => {
    const runner = await withTemplate(DEAF, { ACTIONS_RUNNER_PREPARE_JOB_TIMEOUT_SECONDS: '3600' });
    await runner.kubectl('create', 'configmap', 'deaf-shell', `--from-literal=sh=${DEAF_SHELL}`);
    const prepared = runner.prepareJob(JOB);
    const ended = new AbortController();
    void prepared.finally(() => ended.abort());
    // While it still copies, it does not answer the signal.
    while (!ended.signal.aborted) {
      const [pod] = (await runner.objects()).pods;
      const name = pod?.metadata?.name ?? '';
      await runner
        .kubectl('exec', name, '-c', 'podhooks', '--', 'sh', '-c', 'kill 1; sleep 1')
        .catch(() => undefined);
    }
    const { title, text } = errorOf(await prepared);
    expect(title, text).to.equal('podhooks: POD_FAILED');
    expect(text).to.match(/container podhooks of pod \S+ ended with exit code 143/);
    await gone(runner);
  });
});

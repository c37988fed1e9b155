import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { load } from 'js-yaml';
import { codeBlocks } from '../docs/markdown.js';
import { until } from '../../packages/k8s/test/support/until.js';
import { startKubectl } from '../runner/kubectl.js';
import { log, podRunner } from './support.js';

const ROOT = new URL('../../', import.meta.url);
const page = readFileSync(new URL('docs/objects.md', ROOT), 'utf8');
const policy = fileURLToPath(new URL('examples/network-policy.yaml', ROOT));
const commands = codeBlocks(page)
  .filter(({ language }) => language === 'sh')
  .flatMap(({ text }) => text.trim().split('\n'));

const listing = commands.filter((command) => command.startsWith('kubectl get '));
const entering = commands.filter((command) => !listing.includes(command));

/** The words of a command of the page, without `kubectl`. */
const wordsOf = (command: string, runnerPod: string, jobPod = '') =>
  command
    .replace('$RUNNER_POD', runnerPod)
    .replace('$JOB_POD', jobPod)
    .split(' ')
    .slice(1)
    .map((word) => word.replaceAll("'", ''));

describe('what docs/objects.md says', () => {
  it('holds for the pod and the secrets of a job', async () => {
    const runner = await podRunner('novolume');
    const result = await runner.prepareJob({
      container: { image: 'debian:12' },
      services: [{ image: 'redis:7', env: { PASSWORD: 'x' } }],
    });
    expect(result.exitCode, log(result)).to.equal(0);
    const { pods, secrets } = await runner.objects();
    expect([pods.length, secrets.length]).to.deep.equal([1, 1]);
    for (const { metadata } of [...pods, ...secrets]) {
      expect(metadata?.labels).to.deep.include({
        'podhooks.dev/owner': 'octo-org',
        'podhooks.dev/repository': 'octo-org.hello-world',
        'podhooks.dev/workflow': 'CI',
        'podhooks.dev/job': 'build',
        'podhooks.dev/run-id': '9876543210',
      });
      expect(metadata?.annotations).to.deep.include({
        'podhooks.dev/repository': 'octo-org/hello-world',
        'podhooks.dev/run-attempt': '1',
        'podhooks.dev/run-url': 'https://github.com/octo-org/hello-world/actions/runs/9876543210/attempts/1',
        'podhooks.dev/actor': 'octocat',
      });
    }

    const name = pods[0]?.metadata?.name ?? '';
    const runnerPod = pods[0]?.metadata?.labels?.['runner-pod'] ?? '';
    expect(listing).to.have.length.above(2);
    for (const command of listing) {
      const output = await runner.kubectl(...wordsOf(command, runnerPod));
      expect(output, command).to.contain(name);
      if (command.includes('secrets'))
        expect(output, command).to.contain(secrets[0]?.metadata?.name ?? 'no secret');
      if (command.includes('run-url')) expect(output, command).to.contain('/actions/runs/9876543210');
    }

    expect(entering).to.deep.equal([
      'kubectl exec $JOB_POD -- sh /__podhooks/watch',
      'kubectl exec -it $JOB_POD -- sh',
    ]);
    const [watch = '', shell = ''] = entering;
    let printed = '';
    let watched = '';
    const watching = (async () => {
      await until(() => printed.includes('from the step'));
      const child = startKubectl(['-n', runner.namespace, ...wordsOf(watch, runnerPod, name)]);
      child.stdout.on('data', (chunk: Buffer) => (watched += chunk.toString()));
      await until(() => watched.includes('from the step'));
      await runner.kubectl(...wordsOf(shell.replace('-it ', ''), runnerPod, name), '-c', 'touch seen');
      await once(child, 'close');
    })();
    const step = await runner.run(
      { run: 'echo from the step; until [ -e /__w/seen ]; do sleep 0.1; done; echo its end' },
      { onOutput: (chunk) => (printed += chunk.toString()) },
    );
    expect(step.exitCode, log(step)).to.equal(0);
    await watching;
    expect(watched).to.match(/^from the step\nits end\n/);

    const { spec } = load(readFileSync(policy, 'utf8')) as {
      spec: { podSelector: { matchLabels: Record<string, string> } };
    };
    expect(pods[0]?.metadata?.labels).to.include(spec.podSelector.matchLabels);
    expect(await runner.kubectl('apply', '--dry-run=server', '-f', policy)).to.contain('created');
    await runner.cleanupJob();
    await runner.close();
  });
});

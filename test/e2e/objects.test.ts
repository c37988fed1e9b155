import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { load } from 'js-yaml';
import { codeBlocks } from '../docs/markdown.js';
import { log, podRunner } from './support.js';

const ROOT = new URL('../../', import.meta.url);
const page = readFileSync(new URL('docs/objects.md', ROOT), 'utf8');
const policy = fileURLToPath(new URL('examples/network-policy.yaml', ROOT));
const commands = codeBlocks(page)
  .filter(({ language }) => language === 'sh')
  .flatMap(({ text }) => text.trim().split('\n'));

/** The words of a command of the page, without `kubectl`. */
const wordsOf = (command: string, runnerPod: string) =>
  command
    .replace('$RUNNER_POD', runnerPod)
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
    expect(commands).to.have.length.above(2);
    for (const command of commands) {
      expect(command).to.match(/^kubectl get /);
      const output = await runner.kubectl(...wordsOf(command, runnerPod));
      expect(output, command).to.contain(name);
      if (command.includes('secrets'))
        expect(output, command).to.contain(secrets[0]?.metadata?.name ?? 'no secret');
      if (command.includes('run-url')) expect(output, command).to.contain('/actions/runs/9876543210');
    }

    const { spec } = load(readFileSync(policy, 'utf8')) as {
      spec: { podSelector: { matchLabels: Record<string, string> } };
    };
    expect(pods[0]?.metadata?.labels).to.include(spec.podSelector.matchLabels);
    expect(await runner.kubectl('apply', '--dry-run=server', '-f', policy)).to.contain('created');
    await runner.cleanupJob();
    await runner.close();
  });
});

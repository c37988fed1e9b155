import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect } from 'chai';
import { until } from '../../packages/k8s/test/support/until.js';
import { codeBlocks } from '../docs/markdown.js';
import { RUNNER_ROOT } from '../runner/arc.js';
import { startKubectl } from '../runner/kubectl.js';
import type { PodRunner } from '../runner/pod-runner.js';
import { HOOK_BUNDLE, leftovers, log, podRunner } from './support.js';

const COMMANDS = codeBlocks(readFileSync(new URL('../../docs/operate.md', import.meta.url), 'utf8'))
  .filter(({ language }) => language === 'sh')
  .flatMap(({ text }) => text.trim().split('\n'));

describe('the commands of docs/operate.md', () => {
  let runner: PodRunner;
  let folder: string;
  let jobPod = '';
  const tried = new Set<string>();

  /** The one command that is like this, as a person would run it. */
  const text = (like: RegExp) => {
    const found = COMMANDS.filter((command) => like.test(command));
    expect(found, like.source).to.have.length(1);
    tried.add(found[0] ?? '');
    return (found[0] ?? '')
      .replaceAll('arc-runners', runner.namespace)
      .replace('/home/runner/podhooks/', `${RUNNER_ROOT}/k8s-novolume/`);
  };
  const run = async (like: RegExp) => {
    const env = { ...process.env, RUNNER_POD: runner.podName, JOB_POD: jobPod };
    return (await promisify(execFile)('sh', ['-ec', text(like)], { cwd: folder, env })).stdout;
  };

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'podhooks-operate-'));
    runner = await podRunner('novolume');
  });
  after(async () => {
    await rm(folder, { recursive: true });
    await runner.close();
  });

  it('name the version, and go back to the hook that was installed', async () => {
    expect(await run(/--version$/)).to.match(/^\d+\.\d+\.\d+\n$/);
    await runner.kubectl('create', 'configmap', 'podhooks', `--from-file=index.js=${HOOK_BUNDLE}`);
    await run(/^kubectl get configmap/);
    expect((await readFile(join(folder, 'index-before.js'))).equals(await readFile(HOOK_BUNDLE))).to.equal(
      true,
    );
    await runner.kubectl('patch', 'configmap', 'podhooks', '-p', '{"data":{"index.js":"the next"}}');
    await run(/^kubectl create configmap/);
    const { data } = JSON.parse(await runner.kubectl('get', 'configmap', 'podhooks', '-o', 'json')) as {
      data: Record<string, string>;
    };
    expect(data['index.js']).to.equal(await readFile(HOOK_BUNDLE, 'utf8'));
  });

  it('find a hanging step, show where it hangs, and end it', async () => {
    const prepared = await runner.prepareJob({ container: { image: 'debian:12' } });
    expect(prepared.exitCode, log(prepared)).to.equal(0);
    jobPod = (await runner.objects()).pods[0]?.metadata?.name ?? '';

    let printed = '';
    const looking = (async () => {
      await until(() => printed.includes('it hangs now'));
      expect(await run(/ --output wide$/)).to.contain(jobPod);
      expect(await run(/^kubectl describe/)).to.contain('Image:         debian:12');
      expect(await run(/^kubectl get events/)).to.contain('Started');
      expect(await run(/cmdline/)).to.contain('sleep 98765');
      expect(await run(/log\.\*/)).to.match(/\/__podhooks\/.*\/log\.\d+/);
      await run(/^kubectl logs .*--all-containers$/);
      await run(/^kubectl logs .*--container runner$/);
      expect(await run(/--label-columns/))
        .to.contain(jobPod)
        .and.contain(runner.podName);

      let watched = '';
      const watch = text(/watch$/)
        .replace('$JOB_POD', jobPod)
        .split(' ')
        .slice(1);
      const child = startKubectl(watch);
      child.stdout.on('data', (chunk: Buffer) => (watched += chunk.toString()));
      await until(() => watched.includes('it hangs now'));
      child.kill();
      await run(/^kubectl delete pod/);
    })();
    const [step] = await Promise.all([
      runner.run(
        { run: 'echo it hangs now; sleep 98765' },
        { onOutput: (chunk) => (printed += chunk.toString()) },
      ),
      looking,
    ]);
    expect(log(step)).to.contain('code=STEP_LOST').and.contain('[exit code 125]');
    const cleaned = await runner.cleanupJob();
    expect(cleaned.exitCode, log(cleaned)).to.equal(0);
    expect((await leftovers(runner)).filter((name) => name.startsWith('Pod/'))).to.deep.equal([]);
  });

  it('are all tried', () => {
    expect(COMMANDS.filter((command) => !tried.has(command))).to.deep.equal([]);
  });
});

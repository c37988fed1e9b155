import { readFileSync } from 'node:fs';
import { expect } from 'chai';
import type { Pod } from '../runner/kubernetes-types.js';
import type { PodRunner } from '../runner/pod-runner.js';
import { command, CREATE, Installation, REPLACE } from './installation.js';
import { onDisk, WITNESS, withName, withSpec, withWitness } from './pod-patches.js';
import { HOOK_BUNDLE, leftovers, log } from './support.js';

const HOOK = '/home/runner/podhooks/index.js';
/** A hook that is none: whoever starts it sees it. */
const NEXT_HOOK = 'console.log("the next hook"); process.exitCode = 9;\n';

const succeeded = (result: Parameters<typeof log>[0]) => {
  expect(result.exitCode, log(result)).to.equal(0);
  return result;
};

for (const mode of ['volume', 'novolume'] as const)
  for (const version of ['0.13.1', '0.14.2'])
    describe(`the install section of the README with chart ${version}, ${mode} mode`, () => {
      const installation = new Installation();
      const changed = (line: string) =>
        line
          .replace(/--version \S+/, `--version ${version}`)
          .replace('arc-values-novolume', `arc-values-${mode}`);
      let runner: PodRunner;

      before(async () => {
        await installation.prepare();
        await installation.run(command(CREATE));
        await installation.run(command(/^helm upgrade /), changed);
        runner = await installation.newRunner(withWitness);
      });
      after(async () => {
        // First what is there even if the runner never was.
        await installation.remove();
        await runner.close();
      });

      it('runs a job to its end with the hook that it began with, although the ConfigMap is replaced amid', async () => {
        const installed = await runner.readFile(HOOK);
        expect(installed.equals(readFileSync(HOOK_BUNDLE))).to.equal(true);
        succeeded(
          await runner.prepareJob({ container: { image: 'debian:12' }, services: [{ image: 'redis:7' }] }),
        );
        succeeded(await runner.run({ run: 'echo kept > file', shell: 'bash' }));

        installation.build(NEXT_HOOK);
        await installation.run(command(REPLACE));
        await arrived(runner);
        expect((await runner.readFile(HOOK)).equals(installed)).to.equal(true);

        const step = succeeded(await runner.run({ run: 'cat file; echo a=1 >> "$GITHUB_OUTPUT"' }));
        expect(step.stdout.toString()).to.equal('kept\n');
        expect(step.outputs).to.deep.equal({ a: '1' });
        if (mode === 'volume')
          succeeded(await runner.containerAction({ image: 'debian:12', entrypoint: 'cat', args: 'file' }));
        succeeded(await runner.cleanupJob());
        expect((await leftovers(runner)).filter((name) => name.startsWith('Pod/'))).to.deep.equal([]);
      });

      it('has new runners start the new hook', async () => {
        const next = await installation.newRunner();
        const result = await next.prepareJob({ container: { image: 'debian:12' } });
        expect(log(result)).to.equal('the next hook\n\n[exit code 9]');
        await next.close();
      });
    });

describe('the install section of the README', () => {
  const installation = new Installation();
  before(() => installation.prepare());
  after(() => installation.remove());

  it('goes back to the revision before', async () => {
    await installation.run(command(/^helm upgrade /), (line) => line.replace('novolume', 'volume'));
    await installation.run(command(/^helm upgrade /));
    expect(installation.revision).to.deep.equal({ mode: 'novolume', version: '0.14.2' });
    await installation.run(command(/^helm rollback /));
    expect(installation.revision).to.deep.equal({ mode: 'volume', version: '0.14.2' });
  });
});

describe('fsGroup in the example values (on the cluster built from packages)', () => {
  const installation = new Installation();
  before(async () => {
    await installation.prepare();
    await installation.run(command(CREATE));
    await installation.run(command(/^helm upgrade /), (line) => line.replace('novolume', 'volume'));
  });
  after(() => installation.remove());

  it('lets runner and job write to a volume that is root’s, which they cannot without it', async () => {
    const runner = await installation.newRunner(onDisk);
    await runner.writeFile(`${runner.folders.tools}/node/done`, '');
    succeeded(await runner.prepareJob({ container: { image: 'debian:12' } }));
    succeeded(await runner.run({ run: 'echo 1 > "$RUNNER_TOOL_CACHE/tool"' }));
    succeeded(await runner.cleanupJob());
    await runner.close();

    const without = (pod: Pod) => onDisk(withSpec(pod, { securityContext: {} }));
    const failure: unknown = await installation.newRunner(without).catch((error: unknown) => error);
    expect(String(failure)).to.match(/EACCES: permission denied, mkdir '\/home\/runner\/_work/);
  });
});

describe('a chart that does not know kubernetes-novolume', () => {
  it('is named by the first job', async () => {
    const installation = new Installation();
    await installation.prepare();
    try {
      await installation.run(command(CREATE));
      await installation.run(command(/^helm upgrade /), (line) =>
        line.replace(/--version \S+/, '--version 0.12.1'),
      );
      for (const named of [false, true]) {
        const runner = await installation.newRunner(named ? withName : undefined);
        const result = await runner.prepareJob({ container: { image: 'debian:12' } });
        expect(result.exitCode, log(result)).to.equal(125);
        expect(log(result)).to.contain('kubernetes-novolume needs chart version 0.13.0 or newer');
        await runner.close();
      }
    } finally {
      await installation.remove();
    }
  });
});

/** Waits until the replaced ConfigMap is on the node. A changed annotation has the kubelet look at once, not within a minute. */
async function arrived(runner: PodRunner): Promise<void> {
  for (let look = 1; (await runner.readFile(`${WITNESS}/index.js`)).toString() !== NEXT_HOOK; look++)
    await runner.kubectl('annotate', 'pod', runner.podName, `podhooks.test/look=${look}`, '--overwrite');
}

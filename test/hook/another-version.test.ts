import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { VERSION } from '../../packages/k8s/src/version.js';
import { describeWithMounts } from '../engine/needs-mounts.js';
import type { EngineRunner } from '../runner/engine-runner.js';
import { errorOf, HOOK_BUNDLE, leftovers, log, preparedRunner } from './support.js';

describeWithMounts('a hook that is replaced by another version during a job', () => {
  let folder: string;
  let runner: EngineRunner;
  before(async () => {
    folder = mkdtempSync(join(tmpdir(), 'podhooks-version-'));
    const hook = join(folder, 'index.js');
    copyFileSync(HOOK_BUNDLE, hook);
    runner = await preparedRunner('volume', { hook });
    const bundle = readFileSync(hook, 'utf8');
    const named = `"${VERSION}"`;
    expect(bundle.split(named), `${named} in the bundle`).to.have.length(2);
    writeFileSync(hook, bundle.replace(named, '"99.0.0"'));
  });
  after(async () => {
    await runner.close();
    rmSync(folder, { recursive: true });
  });

  it('runs no step and no action, and names both versions', async () => {
    for (const step of [
      await runner.run({ run: 'echo it ran' }),
      await runner.containerAction({ image: 'redis:7' }),
    ]) {
      const { title, text } = errorOf(step);
      expect(title).to.equal('podhooks: STEP_INVALID');
      expect(text).to.contain(`written by podhooks ${VERSION}, and this is podhooks 99.0.0`);
      expect(step.stdout.toString()).to.not.contain('it ran');
    }
  });

  it('cleans up all the same', async () => {
    expect(log(await runner.cleanupJob())).to.equal('\n[exit code 0]');
    expect(await leftovers(runner)).to.deep.equal([]);
  });
});

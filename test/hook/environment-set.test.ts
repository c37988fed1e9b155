import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { describeWithMounts } from '../engine/needs-mounts.js';
import type { EngineRunner } from '../runner/engine-runner.js';
import { shellAction } from '../runner/shell-action.js';
import { CACHE_ACTION, CacheServer } from './cache-server.js';
import { engineRunner, log, MODES, succeeded } from './support.js';

/** The settings of the recipe, for the cache of this test. */
async function recipe(url: string): Promise<string> {
  const page = await readFile(new URL('../../docs/cache.md', import.meta.url), 'utf8');
  const [, settings = ''] = /```yaml\n(environment:\n[\s\S]*?)```/.exec(page) ?? [];
  const own = settings.replaceAll(/http:\/\/\S+\//g, url);
  expect(own).to.contain(url);
  return own;
}

for (const mode of MODES)
  describeWithMounts(`a cache near the cluster, in ${mode} mode`, () => {
    let cache: CacheServer;
    let folder: string;
    let runner: EngineRunner;
    before(async () => {
      cache = await CacheServer.start();
      folder = await mkdtemp(join(tmpdir(), 'podhooks-settings-'));
      const settings = join(folder, 'settings.yaml');
      await writeFile(settings, await recipe(cache.url));
      runner = await engineRunner(mode, { env: { ACTIONS_RUNNER_HOOK_CONFIG: settings } });
      await runner.writeFile(`${runner.folders.actions}/octo-org/cache/v1/main.js`, CACHE_ACTION);
      succeeded(await runner.prepareJob({ container: { image: 'debian:12' } }));
    });
    after(async () => {
      await runner.close();
      await cache.close();
      await rm(folder, { recursive: true });
    });

    it("saves and restores for an action that goes by the runner's variables alone", async () => {
      const action = (save: boolean) =>
        runner.action({
          path: 'octo-org/cache/v1',
          main: 'main.js',
          inputs: { save: String(save), file: 'deps.tgz' },
        });
      expect(log(await action(false))).to.equal('not found\n\n[exit code 0]');
      succeeded(await runner.run({ run: 'echo content > deps.tgz' }));
      expect(log(await action(true))).to.equal('saved\n\n[exit code 0]');
      succeeded(await runner.run({ run: 'rm deps.tgz' }));
      expect(log(await action(false))).to.equal('restored\n\n[exit code 0]');
      expect(log(await runner.run({ run: 'cat deps.tgz' }))).to.equal('content\n\n[exit code 0]');
      expect([...cache.tokens]).to.have.length(1);
    });

    it('holds for run steps and docker actions, whatever their own env says', async () => {
      const env = { ACTIONS_RESULTS_URL: 'https://elsewhere.example.test/' };
      const script = 'echo "$ACTIONS_RESULTS_URL"';
      const seen = `${cache.url}\n\n[exit code 0]`;
      expect(log(await runner.run({ run: script, env }))).to.equal(seen);
      const action = await runner.containerAction(shellAction(script, { env }));
      expect(action.stdout.toString(), log(action))
        .to.contain(cache.url)
        .and.not.contain(env.ACTIONS_RESULTS_URL);
    });
  });

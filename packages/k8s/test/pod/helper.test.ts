import { spawn, spawnSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'chai';
import { EXTERNALS, helperContainer, KEEP_ALIVE, withHelperLimits } from '../../src/pod/helper.js';
import { HOOK_FOLDER } from '../../src/step/script.js';
import { settled } from '../support/settled.js';
import { SHELLS } from '../support/shells.js';

type Quantities = Record<string, string> | undefined;

describe('the helper', () => {
  it('asks for little, and fits the restricted profile', () => {
    const { name, image, imagePullPolicy, resources, securityContext } = helperContainer(
      'runner:1',
      { folder: '/e', from: 'copy' },
      [],
    );
    expect({ name, image, imagePullPolicy, resources, securityContext }).to.deep.equal({
      name: 'podhooks',
      image: 'runner:1',
      imagePullPolicy: 'IfNotPresent',
      resources: { requests: { cpu: '10m', memory: '32Mi' } },
      securityContext: {
        runAsNonRoot: true,
        runAsUser: 1001,
        allowPrivilegeEscalation: false,
        capabilities: { drop: ['ALL'] },
        seccompProfile: { type: 'RuntimeDefault' },
      },
    });
  });

  const LIMITED: readonly [title: string, job: Quantities, helper: Quantities, expected: Quantities][] = [
    ['none where the job has none', undefined, undefined, undefined],
    ['its own where the job has none', undefined, { cpu: '2' }, { cpu: '2' }],
    ['small ones of what the job has limits of', { memory: '8Gi' }, undefined, { memory: '512Mi' }],
    ['its own before small ones', { cpu: '4', memory: '8Gi' }, { cpu: '2' }, { cpu: '2', memory: '512Mi' }],
    ['none of devices', { 'nvidia.com/gpu': '1' }, undefined, undefined],
  ];
  for (const [title, job, helper, expected] of LIMITED)
    it(`has limits: ${title}`, () => {
      const container = (name: string, limits: Quantities) => ({
        name,
        ...(limits && { resources: { limits } }),
      });
      const given = { spec: { containers: [container('podhooks', helper), container('job', job)] } };
      expect(withHelperLimits(given)).to.deep.equal({
        spec: { containers: [container('podhooks', expected), container('job', job)] },
      });
    });

  for (const { name, argv } of SHELLS)
    describe(`in ${name}`, () => {
      let folder: string;
      const started: number[] = [];
      beforeEach(() => {
        folder = mkdtempSync(join(tmpdir(), 'podhooks-helper-'));
        for (const made of ['hook', 'e', "the runner's externals/node20/bin"])
          mkdirSync(join(folder, made), { recursive: true });
      });
      afterEach(() => {
        for (const pid of started.splice(0)) process.kill(-pid, 'SIGKILL');
        rmSync(folder, { recursive: true, maxRetries: 10 });
      });

      const inHook = (marker: string) => marker.replace(HOOK_FOLDER, join(folder, 'hook'));
      const inExternals = () => readdirSync(join(folder, 'e')).sort();
      const fromImage = () => ({ folder: join(folder, "the runner's externals"), from: 'image' as const });
      /** Its text in this folder, without the wait at its end, until one of these files is there. */
      const run = async (externals: string | ReturnType<typeof fromImage>, ...markers: string[]) => {
        const source =
          typeof externals === 'string' ? { folder: externals, from: 'copy' as const } : externals;
        const [, , script = ''] = helperContainer('i', source, []).command ?? [];
        expect(script.endsWith(KEEP_ALIVE)).to.equal(true);
        const local = script
          .slice(0, -KEEP_ALIVE.length)
          .replaceAll(HOOK_FOLDER, join(folder, 'hook'))
          .replaceAll('/__e/', `${join(folder, 'e')}/`);
        const [program, ...options] = argv;
        const { pid = 0 } = spawn(program, [...options, '-c', `${local}\nsleep 60`], {
          detached: true,
          stdio: 'ignore',
        });
        started.push(pid);
        await settled(seen(...markers));
      };
      const isThere = (...markers: string[]) => markers.some((marker) => existsSync(inHook(marker)));
      const seen = async (...markers: string[]) => {
        while (!isThere(...markers)) await sleep(5);
      };
      const askForAlpine = async () => {
        while (!isThere(EXTERNALS.alpineReady, EXTERNALS.failed)) {
          spawnSync('sh', ['-c', 'echo 1<> "$0"', inHook(EXTERNALS.alpine)], { timeout: 5_000 });
          await sleep(5);
        }
      };

      it('copies externals with their modes and links, and says when they are there', async () => {
        const externals = join(folder, "the runner's externals");
        writeFileSync(join(externals, 'node20/bin/node'), '#!', { mode: 0o755 });
        symlinkSync('node', join(externals, 'node20/bin/link'));
        writeFileSync(join(externals, '.hidden'), '');
        await run(externals, EXTERNALS.ready, EXTERNALS.failed);
        expect(existsSync(inHook(EXTERNALS.failed))).to.equal(false);
        expect(inExternals()).to.deep.equal(['.hidden', 'node20']);
        const node = spawnSync('stat', ['-c', '%A', 'node', 'link'], {
          cwd: join(folder, 'e/node20/bin'),
          encoding: 'utf8',
        });
        expect(node.stdout).to.equal('-rwxr-xr-x\nlrwxrwxrwx\n');
      });

      const mounted = (mode: number) => {
        mkdirSync(join(folder, 'e/node20/bin'), { recursive: true });
        writeFileSync(join(folder, 'e/node20/bin/node'), '', { mode });
        return run(fromImage(), EXTERNALS.alpineReady, EXTERNALS.failed);
      };

      it('copies nothing where an image has brought the externals, and says at once that they are there', async () => {
        writeFileSync(join(folder, "the runner's externals/new"), '');
        await mounted(0o755);
        expect(isThere(EXTERNALS.ready)).to.equal(true);
        expect(isThere(EXTERNALS.failed)).to.equal(false);
        expect(inExternals()).to.deep.equal(['node20']);
      });

      it('says why where an image has brought externals that cannot run', async () => {
        await mounted(0o644);
        expect(readFileSync(inHook(EXTERNALS.failed), 'utf8')).to.contain('set externals.from to copy');
        expect(isThere(EXTERNALS.ready)).to.equal(false);
      });

      it('says why where the API server has dropped the image', async () => {
        await run(fromImage(), EXTERNALS.ready, EXTERNALS.failed);
        expect(isThere(EXTERNALS.ready)).to.equal(false);
        expect(readFileSync(inHook(EXTERNALS.failed), 'utf8')).to.contain('which came with Kubernetes 1.35');
      });

      it('copies what is for Alpine when it is asked to', async () => {
        const externals = join(folder, "the runner's externals");
        mkdirSync(join(externals, 'node20_alpine'));
        await run(externals, EXTERNALS.ready);
        expect(inExternals()).to.deep.equal(['node20']);
        expect(existsSync(inHook(EXTERNALS.alpineReady))).to.equal(false);
        await settled(askForAlpine());
        expect(inExternals()).to.deep.equal(['node20', 'node20_alpine']);
      });

      it('has nothing for Alpine where the runner has nothing', async () => {
        await run(join(folder, "the runner's externals"), EXTERNALS.ready);
        await settled(askForAlpine());
        expect(existsSync(inHook(EXTERNALS.failed))).to.equal(false);
        expect(inExternals()).to.deep.equal(['node20']);
      });

      it('says why they are not there', async () => {
        await run('/nowhere', EXTERNALS.ready, EXTERNALS.failed);
        expect(existsSync(inHook(EXTERNALS.ready))).to.equal(false);
        expect(readFileSync(inHook(EXTERNALS.failed), 'utf8')).to.contain('/nowhere');
      });
    });
});

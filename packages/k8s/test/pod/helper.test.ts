import { spawnSync } from 'node:child_process';
import {
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
import { expect } from 'chai';
import {
  EXTERNALS_FAILED,
  EXTERNALS_READY,
  helperContainer,
  KEEP_ALIVE,
  withHelperLimits,
} from '../../src/pod/helper.js';
import { HOOK_FOLDER } from '../../src/step/script.js';
import { SHELLS } from '../support/shells.js';

type Quantities = Record<string, string> | undefined;

describe('the helper', () => {
  it('asks for little, and fits the restricted profile', () => {
    const { name, image, imagePullPolicy, resources, securityContext } = helperContainer(
      'runner:1',
      '/e',
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
      beforeEach(() => {
        folder = mkdtempSync(join(tmpdir(), 'podhooks-helper-'));
        for (const made of ['hook', 'e', "the runner's externals/node20/bin"])
          mkdirSync(join(folder, made), { recursive: true });
      });
      afterEach(() => rmSync(folder, { recursive: true }));

      /** Its text in this folder, without the wait at its end. */
      const run = (externals: string) => {
        const [, , script = ''] = helperContainer('i', externals, []).command ?? [];
        expect(script.endsWith(KEEP_ALIVE)).to.equal(true);
        const local = script
          .slice(0, -KEEP_ALIVE.length)
          .replaceAll(HOOK_FOLDER, join(folder, 'hook'))
          .replaceAll('/__e/', `${join(folder, 'e')}/`);
        const [program, ...options] = argv;
        spawnSync(program, [...options, '-c', local]);
        return readdirSync(join(folder, 'hook'));
      };
      const nameOf = (marker: string) => marker.replace(`${HOOK_FOLDER}/`, '');

      it('copies externals with their modes and links, and says when they are there', () => {
        const externals = join(folder, "the runner's externals");
        writeFileSync(join(externals, 'node20/bin/node'), '#!', { mode: 0o755 });
        symlinkSync('node', join(externals, 'node20/bin/link'));
        writeFileSync(join(externals, '.hidden'), '');
        expect(run(externals)).to.include(nameOf(EXTERNALS_READY)).and.not.include(nameOf(EXTERNALS_FAILED));
        expect(readdirSync(join(folder, 'e')).sort()).to.deep.equal(['.hidden', 'node20']);
        const node = spawnSync('stat', ['-c', '%A', 'node', 'link'], {
          cwd: join(folder, 'e/node20/bin'),
          encoding: 'utf8',
        });
        expect(node.stdout).to.equal('-rwxr-xr-x\nlrwxrwxrwx\n');
      });

      it('says why they are not there', () => {
        expect(run('/nowhere')).to.deep.equal([nameOf(EXTERNALS_FAILED)]);
        expect(readFileSync(join(folder, 'hook', nameOf(EXTERNALS_FAILED)), 'utf8')).to.contain('/nowhere');
      });
    });
});

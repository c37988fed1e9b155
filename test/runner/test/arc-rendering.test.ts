import { readFileSync } from 'node:fs';
import { expect } from 'chai';
import { load } from 'js-yaml';
import { accessOf, type Mode, readRendering, runnerPodOf, valuesFile } from '../arc-rendering.js';

const MODES: readonly Mode[] = ['volume', 'novolume'];
const VERSIONS = ['0.12.1', '0.13.1', '0.14.2'];
const POD = { name: 'ci-runner-1', namespace: 'ci' };
const runnerOf = (mode: Mode, version: string) =>
  runnerPodOf(readRendering(mode, version), POD).spec?.containers[0];
const variables = (mode: Mode, version: string) =>
  runnerOf(mode, version)?.env?.map(({ name }) => name) ?? [];

describe('what ARC’s chart renders from the example values', () => {
  for (const mode of MODES)
    for (const version of VERSIONS) {
      it(`${version} is recorded from the ${mode} values as they are now`, () => {
        const { values } = readRendering(mode, version);
        expect(values, 'record it again: test/cluster/arc/record.ts').to.deep.equal(
          load(readFileSync(valuesFile(mode), 'utf8')),
        );
      });

      it(`${version} starts our hook in ${mode} mode, from a file that is not replaced under a job`, () => {
        const runner = runnerOf(mode, version);
        const hook = runner?.env?.find(({ name }) => name === 'ACTIONS_RUNNER_CONTAINER_HOOKS')?.value;
        const mount = runner?.volumeMounts?.find(({ mountPath }) => mountPath === hook);
        expect(mount).to.include({ name: 'podhooks', subPath: 'index.js', readOnly: true });
      });
    }

  for (const [mode, version] of [
    ['volume', '0.12.1'],
    ['volume', '0.14.2'],
    ['novolume', '0.13.1'],
    ['novolume', '0.14.2'],
  ] as const)
    it(`${version} gives the name of the pod and the rights in ${mode} mode`, () => {
      expect(variables(mode, version)).to.include.members([
        'ACTIONS_RUNNER_POD_NAME',
        'ACTIONS_RUNNER_REQUIRE_JOB_CONTAINER',
      ]);
      const kinds = accessOf(readRendering(mode, version), 'ci').map(({ kind }) => kind);
      expect(kinds).to.include.members(['ServiceAccount', 'Role', 'RoleBinding']);
    });

  it('0.12.1 ignores kubernetes-novolume: no name of the pod, and an account without rights', () => {
    expect(variables('novolume', '0.12.1')).to.deep.equal(['ACTIONS_RUNNER_CONTAINER_HOOKS']);
    expect(
      accessOf(readRendering('novolume', '0.12.1'), 'ci').map(({ kind, metadata }) => [kind, metadata?.name]),
    ).to.deep.equal([['ServiceAccount', 'ci-gha-rs-no-permission']]);
  });

  for (const mode of MODES)
    it(`is one runner pod with 0.13.1 and 0.14.2 in ${mode} mode`, () => {
      const [older, newer] = ['0.13.1', '0.14.2'].map((version) =>
        runnerPodOf(readRendering(mode, version), POD),
      );
      expect(older).to.deep.equal(newer);
    });

  it('names the image of the runner itself in novolume mode', () => {
    for (const version of ['0.13.1', '0.14.2'])
      expect(variables('novolume', version)).to.include('ACTIONS_RUNNER_IMAGE');
  });

  it('puts everything into the namespace of the test', () => {
    const [account, , binding] = accessOf(readRendering('volume', '0.14.2'), 'elsewhere');
    expect(account?.metadata?.namespace).to.equal('elsewhere');
    expect(binding).to.have.deep.nested.property('subjects[0].namespace', 'elsewhere');
  });
});

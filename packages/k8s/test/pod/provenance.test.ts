import { expect } from 'chai';
import { provenance } from '../../src/pod/provenance.js';

const FACTS = {
  GITHUB_REPOSITORY: 'octo-org/hello.world',
  GITHUB_REPOSITORY_OWNER: 'octo-org',
  GITHUB_WORKFLOW: 'Build & test',
  GITHUB_JOB: 'build',
  GITHUB_RUN_ID: '17',
  GITHUB_RUN_ATTEMPT: '2',
  GITHUB_ACTOR: 'dependabot[bot]',
  GITHUB_SHA: 'abc',
  serverUrl: 'https://github.example',
};

describe('provenance', () => {
  it('is labels to select by, and annotations with the exact values', () => {
    expect(provenance(FACTS)).to.deep.equal({
      labels: {
        'podhooks.dev/owner': 'octo-org',
        'podhooks.dev/repository': 'octo-org.hello.world',
        'podhooks.dev/workflow': 'Build-test-9ac5c9ad',
        'podhooks.dev/job': 'build',
        'podhooks.dev/run-id': '17',
      },
      annotations: {
        'podhooks.dev/repository': 'octo-org/hello.world',
        'podhooks.dev/workflow': 'Build & test',
        'podhooks.dev/job': 'build',
        'podhooks.dev/run-id': '17',
        'podhooks.dev/run-attempt': '2',
        'podhooks.dev/run-url': 'https://github.example/octo-org/hello.world/actions/runs/17/attempts/2',
        'podhooks.dev/actor': 'dependabot[bot]',
      },
    });
  });

  it('leaves out what is missing or empty', () => {
    expect(provenance({ serverUrl: undefined })).to.deep.equal({ labels: {}, annotations: {} });
    const some = provenance({ ...FACTS, GITHUB_JOB: '', GITHUB_RUN_ATTEMPT: '' });
    expect(some.labels).to.not.have.property('podhooks.dev/job');
    expect(some.annotations).to.not.have.any.keys('podhooks.dev/job', 'podhooks.dev/run-attempt');
    expect(some.annotations['podhooks.dev/run-url']).to.equal(
      'https://github.example/octo-org/hello.world/actions/runs/17',
    );
  });

  for (const missing of ['serverUrl', 'GITHUB_REPOSITORY', 'GITHUB_RUN_ID'])
    it(`has no link to the run without ${missing}`, () => {
      expect(provenance({ ...FACTS, [missing]: undefined }).annotations).to.not.have.property(
        'podhooks.dev/run-url',
      );
    });

  it('tells repositories apart that differ in the place of the slash, or in what no label can hold', () => {
    const labelOf = (repository: string) =>
      provenance({ ...FACTS, GITHUB_REPOSITORY: repository }).labels['podhooks.dev/repository'];
    const repositories = ['a-b/c', 'a/b-c', 'a/b.c', 'a/b_', 'a/b', 'a/b-'];
    expect(new Set(repositories.map(labelOf)).size).to.equal(repositories.length);
  });
});

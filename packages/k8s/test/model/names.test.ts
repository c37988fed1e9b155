import { expect } from 'chai';
import fc from 'fast-check';
import { fit, jobPodName, secretName, serviceNames } from '../../src/model/names.js';

const LABEL = /^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/;

describe('serviceNames', () => {
  const CASES: readonly [images: string[], names: string[]][] = [
    [['redis'], ['redis']],
    [['redis:7'], ['redis']],
    [['docker.io/library/redis:7'], ['redis']],
    [['ghcr.io/octo-org/My_Db:16'], ['my-db']],
    [['localhost:5000/db'], ['db']],
    [['localhost:5000/team/db:1.2'], ['db']],
    [[`postgres@sha256:${'a'.repeat(64)}`], ['postgres']],
    [[`ghcr.io/o/postgres:16@sha256:${'a'.repeat(64)}`], ['postgres']],
    [['a..b__c'], ['a-b-c']],
    [['__'], ['service']],
    [
      ['redis', 'postgres', 'redis:7', 'other/redis'],
      ['redis-0', 'postgres', 'redis-1', 'redis-2'],
    ],
    [
      ['redis', 'redis', 'redis-1'],
      ['redis-0', 'redis-2', 'redis-1'],
    ],
    [
      ['job', 'podhooks'],
      ['job-0', 'podhooks-0'],
    ],
    [[], []],
  ];
  for (const [images, names] of CASES)
    it(`names ${images.join(', ') || 'nothing'} ${names.join(', ')}`, () => {
      expect(serviceNames(images)).to.deep.equal(names);
    });

  it('gives a name to an image of a hundred thousand dashes', () => {
    expect(serviceNames([`a${'-'.repeat(100_000)}b`])).to.have.length(1);
  });

  it('gives names that Kubernetes takes, each one once, in the same order', () => {
    fc.assert(
      fc.property(
        fc.array(fc.oneof(fc.string(), fc.string({ minLength: 60, maxLength: 300 }), fc.constant('a/b'))),
        (images) => {
          const names = serviceNames(images);
          expect(names).to.have.length(images.length);
          expect(new Set([...names, 'job', 'podhooks']).size).to.equal(names.length + 2);
          for (const name of names) expect(name).to.match(LABEL);
        },
      ),
    );
  });

  it('keeps long images apart', () => {
    const long = 'x'.repeat(80);
    const [first, second, third] = serviceNames([`${long}-a`, `${long}-b`, `${long}-a`]);
    expect(new Set([first, second, third]).size).to.equal(3);
    for (const name of [first, second, third]) expect(name).to.match(LABEL);
  });
});

describe('jobPodName and secretName', () => {
  it("add to the runner's name what it is for, and the job", () => {
    expect(jobPodName('arc-runner-abcde', '1a2b3')).to.equal('arc-runner-abcde-workflow-1a2b3');
    expect(secretName('arc-runner-abcde', 'services', '1a2b3')).to.equal('arc-runner-abcde-services-1a2b3');
  });

  it('fit a name of exactly 63 letters', () => {
    const runner = 'r'.repeat(63 - '-workflow-1a2b3'.length);
    expect(jobPodName(runner, '1a2b3')).to.equal(`${runner}-workflow-1a2b3`);
  });

  it('cut longer ones, and keep them apart by a hash', () => {
    const long = 'r'.repeat(60);
    const names = [
      jobPodName(`${long}-a`, 'x'),
      jobPodName(`${long}-b`, 'x'),
      secretName(`${long}-a`, 'services', 'x'),
    ];
    expect(new Set(names).size).to.equal(3);
    for (const name of names) expect(name).to.match(LABEL).and.have.length(63);
    expect(names[0]).to.match(/^r{43}-[0-9a-f]{8}-workflow-x$/);
    expect(jobPodName(`${long}-a`, 'x')).to.equal(names[0]);
  });

  it('are names that Kubernetes takes, for any runner, and differ as the runners do', () => {
    const label = fc.stringMatching(/^[a-z0-9]([-a-z0-9]{0,60}[a-z0-9])?$/);
    // A pod's name may have dots, and then be longer.
    const runner = fc.oneof(
      label,
      fc.array(label, { minLength: 2, maxLength: 4 }).map((labels) => labels.join('.')),
    );
    fc.assert(
      fc.property(runner, runner, fc.stringMatching(/^[0-9a-f]{5}$/), (one, other, job) => {
        for (const nameOf of [
          jobPodName,
          (name: string, id: string) => secretName(name, 'registry-12', id),
        ]) {
          const name = nameOf(one, job);
          expect(name).to.have.length.at.most(63);
          for (const part of name.split('.')) expect(part).to.match(LABEL);
          expect(name.endsWith(`-${job}`)).to.equal(true);
          expect(name === nameOf(other, job)).to.equal(one === other);
        }
      }),
      { numRuns: 1000 },
    );
  });

  it('leave no sign of punctuation where they cut', () => {
    expect(fit(`${'a'.repeat(44)}.-.${'b'.repeat(30)}`, '-workflow')).to.match(
      /^a{44}-[0-9a-f]{8}-workflow$/,
    );
  });
});

import { expect } from 'chai';
import fc from 'fast-check';
import { distinctLabelValue, labelValue } from '../../src/model/labels.js';

const VALID = /^(([A-Za-z0-9][-A-Za-z0-9_.]{0,61})?[A-Za-z0-9])?$/;
const LONG = 'x'.repeat(64);

describe('the value of a label', () => {
  const CASES: [text: string, nearest: string, distinct: string][] = [
    ['build', 'build', 'build'],
    ['octo-org.hello_World', 'octo-org.hello_World', 'octo-org.hello_World'],
    ['CI', 'CI', 'CI'],
    ['x'.repeat(63), 'x'.repeat(63), 'x'.repeat(63)],
    ['Build & test', 'Build-test', 'Build-test-9ac5c9ad'],
    ['.github/workflows/ci.yml', 'github-workflows-ci.yml', 'github-workflows-ci.yml-b803fcb7'],
    ['_job_', 'job', 'job-f877e16b'],
    ['ビルド', '', 'bbffbd97'],
    ['', '', ''],
    [LONG, 'x'.repeat(63), `${'x'.repeat(54)}-7ce10097`],
  ];
  for (const [text, nearest, distinct] of CASES)
    it(`of "${text}" is "${nearest}", and apart from others "${distinct}"`, () => {
      expect(labelValue(text)).to.equal(nearest);
      expect(distinctLabelValue(text)).to.equal(distinct);
    });

  it('is valid for any text, and differs where the texts do', () => {
    const texts = fc.string({ unit: 'binary', maxLength: 100 });
    fc.assert(
      fc.property(texts, texts, (one, other) => {
        for (const value of [labelValue(one), distinctLabelValue(one)]) expect(value).to.match(VALID);
        if (one !== other && one !== '' && other !== '')
          expect(distinctLabelValue(one)).to.not.equal(distinctLabelValue(other));
      }),
      { numRuns: 1000 },
    );
  });

  it('differs where long texts differ at their ends only', () => {
    expect(distinctLabelValue(`${LONG}a`)).to.not.equal(distinctLabelValue(`${LONG}b`));
  });
});

import { expect } from 'chai';
import { readOptions } from './compat/options.js';
import { outcomeOfCampaign, outcomeOfTests } from './compat/outcome.js';
import { type Outcome, type Run, withOutcome } from './compat/runs.js';
import { compatibilityText } from './docs/compatibility-page.js';

const NOW = new Date('2026-01-31T23:00:00Z');
const steps = (passed: number, failed = 0): Outcome => ({
  name: 'e2e/steps',
  date: '2026-01-31',
  passed,
  failed,
  figures: {},
});
const NEW = { kubernetes: 'v1.37.2', runtime: 'containerd://2.4.2' };
const OLD = { kubernetes: 'v1.9.0', runtime: 'containerd://1.7.24' };

describe('the outcome of tests on a version of Kubernetes', () => {
  it('has the totals that the run has left', () => {
    expect(outcomeOfTests('steps', 0, { passes: 3, failures: 0 }, NOW)).to.deep.equal(steps(3));
    expect(outcomeOfTests('steps', 2, { passes: 3, failures: 2 }, NOW)).to.deep.equal(steps(3, 2));
  });

  it('is a failure when the run was cut off before its totals', () => {
    expect(outcomeOfTests('steps', 0, undefined, NOW)).to.deep.equal(steps(0, 1));
  });

  it('is a failure when the run fails although each test has passed', () => {
    expect(outcomeOfTests('steps', 1, { passes: 3, failures: 0 }, NOW)).to.deep.equal(steps(3, 1));
  });
});

describe('the outcome of a campaign', () => {
  const report = { findings: [{ name: 'cuts', rows: [{ what: 'steps', value: '1000' }] }] };

  it('has the figures of its report', () => {
    const { passed, failed, figures } = outcomeOfCampaign('cuts', 0, report, NOW);
    expect({ passed, failed, figures }).to.deep.equal({ passed: 1, failed: 0, figures: { steps: '1000' } });
  });

  it('is a failure when it ended at something wrong, or ran nothing', () => {
    expect(outcomeOfCampaign('cuts', 1, undefined, NOW).failed).to.equal(1);
    expect(outcomeOfCampaign('cuts', 0, { findings: [] }, NOW).failed).to.equal(1);
  });
});

describe('the runs that are kept', () => {
  it('have the newest version first, by number', () => {
    const runs = withOutcome(withOutcome([], OLD, steps(1)), NEW, steps(2));
    expect(runs.map(({ kubernetes }) => kubernetes)).to.deep.equal(['v1.37.2', 'v1.9.0']);
  });

  it('have the newest outcome of a name, and leave the others', () => {
    const other = { ...steps(9), name: 'e2e/job' };
    const runs = [other, steps(2, 1), steps(3)].reduce<readonly Run[]>(
      (all, outcome) => withOutcome(all, NEW, outcome),
      withOutcome([], OLD, steps(1)),
    );
    expect(runs).to.deep.equal([
      { ...NEW, outcomes: [other, steps(3)] },
      { ...OLD, outcomes: [steps(1)] },
    ]);
  });

  it('drop what was found with another container runtime', () => {
    const before = withOutcome([], { ...NEW, runtime: 'cri-o://1.30' }, { ...steps(9), name: 'e2e/job' });
    expect(withOutcome(before, NEW, steps(3))).to.deep.equal([{ ...NEW, outcomes: [steps(3)] }]);
  });
});

describe('the options of npm run compat', () => {
  const known = ['job', 'steps'];

  it('are all e2e tests, unless some or campaigns are named', () => {
    expect(readOptions([], known).only).to.deep.equal(known);
    expect(readOptions(['--only', 'job'], known).only).to.deep.equal(['job']);
    expect(readOptions(['--campaign', 'cuts'], known)).to.deep.include({ only: [], campaigns: ['cuts'] });
  });

  it('refuse tests and versions that cannot be', () => {
    expect(() => readOptions(['--only', 'jobs'], known)).to.throw('no e2e tests jobs; there are job, steps');
    expect(() => readOptions(['--kubernetes', '1.37'], known)).to.throw('as v1.37.2, got 1.37');
  });
});

describe('the page on compatibility', () => {
  const campaign = { ...steps(0, 1), name: 'campaign/cuts', date: '2026-01-30' };
  const page = compatibilityText([
    { ...NEW, outcomes: [steps(3, 1), campaign] },
    { ...OLD, outcomes: [{ ...steps(5), name: 'e2e/job' }] },
  ]);

  it('sums what passed and failed, with the date of the oldest result', () => {
    expect(page).to.contain('| v1.37.2 | containerd://2.4.2 | 3 | 1 | 1 of 2 | 2026-01-30 |');
    expect(page).to.contain('| v1.9.0 | containerd://1.7.24 | 5 | 0 | 1 of 2 | 2026-01-31 |');
  });

  it('says which tests failed, and which have not run', () => {
    expect(page).to.contain('| [e2e/job](../test/e2e/job.test.ts) | not run | 5 |');
    expect(page).to.contain('| [e2e/steps](../test/e2e/steps.test.ts) | 3, failed: 1 | not run |');
  });

  it('says which campaigns failed', () => {
    expect(page).to.contain('| v1.37.2 | `cuts` | fails |  | 2026-01-30 |');
  });
});

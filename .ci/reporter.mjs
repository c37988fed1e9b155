import { writeFileSync } from 'node:fs';
import Mocha from 'mocha';

/**
 * Mocha's "spec" reporter that also leaves the totals and what failed in the file $TOTALS_FILE, at the very
 * end: a suite that was cut off leaves none.
 */
export default class TotalsReporter extends Mocha.reporters.Spec {
  constructor(runner, options) {
    super(runner, options);
    runner.once(Mocha.Runner.constants.EVENT_RUN_END, () => {
      const { passes, failures, pending } = this.stats;
      const failed = this.failures.map((test) => ({
        title: test.fullTitle(),
        message: test.err?.message ?? '',
      }));
      writeFileSync(process.env.TOTALS_FILE, JSON.stringify({ passes, failures, pending, failed }));
    });
  }
}

import type { Bed, DefineTest } from './bed.js';
import { Session } from './session.js';
import { accessExpectations } from './access.js';
import { execExpectations } from './exec.js';
import { givenExpectations } from './given.js';
import { lifecycleExpectations } from './lifecycle.js';
import { listExpectations } from './list.js';
import { logExpectations } from './log.js';
import { objectExpectations } from './objects.js';
import { validationExpectations } from './validation.js';

/**
 * What every API that the hooks run against has to do. The same list for the local engine and a real cluster.
 * `itWithMounts` defines the tests of containers with volumes and a disk of their own.
 */
export function apiSuite(name: string, start: () => Promise<Bed>, itWithMounts: DefineTest = it): void {
  describe(name, () => {
    let session: Session;
    before(async function () {
      this.timeout(60_000);
      session = new Session(await start());
    });
    after(() => session.close());
    const current = () => session;
    validationExpectations(current);
    accessExpectations(current);
    objectExpectations(current);
    listExpectations(current);
    lifecycleExpectations(current, itWithMounts);
    givenExpectations(current, itWithMounts);
    execExpectations(current, itWithMounts);
    logExpectations(current);
  });
}

import { expect } from 'chai';
import { Deadline } from '../../src/deadline.js';
import { Pace } from '../../src/ready/pace.js';
import { rejection } from '../support/rejection.js';
import { settled } from '../support/settled.js';

const never = new AbortController().signal;
const far = () => new Deadline(3_600_000);
/** Such a wait ends in no test by itself. */
const slow = () => new Pace([{ untilMs: 3_600_000, everyMs: 3_600_000 }]);

describe('the pace of reading a pod’s status', () => {
  it('is that of the phase', async () => {
    await settled(new Pace([{ untilMs: 3_600_000, everyMs: 1 }]).next(never, far()));
  });

  it('wakes a wait, and goes on quickly, when something is about to happen', async () => {
    const pace = slow();
    const waiting = pace.next(never, far());
    pace.hurry();
    await settled(waiting);
    await settled(pace.next(never, far()));
  });

  it('waits no longer than the deadline', async () => {
    await settled(slow().next(never, new Deadline(1)));
  });

  it('ends with the cancellation', async () => {
    const cancelled = new AbortController();
    const waiting = slow().next(cancelled.signal, far());
    cancelled.abort();
    expect((await rejection(Error, waiting)).name).to.equal('AbortError');
  });
});

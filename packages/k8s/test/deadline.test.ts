import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'chai';
import { Deadline } from '../src/deadline.js';

describe('Deadline', () => {
  const wallClock = Date.now.bind(Date);
  afterEach(() => (Date.now = wallClock));

  it('passes after its time, and not before, whatever the wall clock says', async () => {
    const soon = new Deadline(50);
    const late = new Deadline(60_000);
    Date.now = () => wallClock() + 3_600_000;
    expect([soon.hasPassed, late.hasPassed]).to.deep.equal([false, false]);
    Date.now = () => wallClock() - 3_600_000;
    await sleep(60);
    expect([soon.hasPassed, late.hasPassed]).to.deep.equal([true, false]);
    expect(late.leftMs).to.be.within(1, 60_000);
  });

  it('aborts its signal when it has passed', async () => {
    const deadline = new Deadline(20);
    const { signal } = deadline;
    expect(signal.aborted).to.equal(false);
    await Promise.all([once(signal, 'abort'), sleep(40)]);
    expect(deadline.hasPassed).to.equal(true);
  });

  it('never passes when it is infinitely far', () => {
    expect(new Deadline(Infinity).hasPassed).to.equal(false);
  });
});

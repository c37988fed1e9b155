import { expect } from 'chai';
import { RunnerLog } from '../src/log.js';
import { written } from './support/written.js';

const isCallback = (value: unknown): value is () => void => typeof value === 'function';

describe('RunnerLog', () => {
  const bytes = (text: string) => Buffer.from(text);

  it('passes on what a step prints as it is', () => {
    expect(written((log) => void log.write(bytes('::notice::a\nb')))).to.equal('::notice::a\nb');
  });

  it('begins an error at a line of its own, with its title', () => {
    const text = written((log) => {
      void log.write(bytes('half a line'));
      log.error('gone\nsee there', 'podhooks: STEP_LOST');
    });
    expect(text).to.equal('half a line\n::error title=podhooks%3A STEP_LOST::gone%0Asee there\n');
  });

  it('keeps words for the debug log until the line of the step has ended', () => {
    const text = written((log) => {
      log.debugging = true;
      void log.write(bytes('half'));
      log.debug('lost');
      void log.write(bytes(' a line\n'));
      log.debug('found');
    });
    expect(text).to.equal('half a line\n::debug::lost\n::debug::found\n');
  });

  it('has ended only when standard output has taken everything', async () => {
    const real = process.stdout.write.bind(process.stdout);
    const taken: (() => void)[] = [];
    process.stdout.write = (_chunk: Uint8Array | string, ...[callback]: unknown[]) => {
      if (isCallback(callback)) taken.push(callback);
      return true;
    };
    const log = new RunnerLog();
    let ended = false;
    try {
      await log.end();
      void log.write(bytes('the end of an output'));
      void log.end().then(() => (ended = true));
    } finally {
      process.stdout.write = real;
    }
    await new Promise(setImmediate);
    expect([ended, taken.length]).to.deep.equal([false, 1]);
    taken[0]?.();
    await new Promise(setImmediate);
    expect(ended).to.equal(true);
  });

  it('says nothing for the debug log unless it is asked for', () => {
    expect(written((log) => log.debug('lost'))).to.equal('');
  });

  it('tells lines and warnings', () => {
    const text = written((log) => {
      log.line('waiting');
      log.warning('ignored');
    });
    expect(text).to.equal('waiting\n::warning::ignored\n');
  });

  it('is done with the bytes of a step only when the runner has taken them', async () => {
    const write = (waiting: number) => {
      const real = process.stdout.write.bind(process.stdout);
      const callbacks: (() => void)[] = [];
      Object.defineProperty(process.stdout, 'writableLength', { value: waiting, configurable: true });
      process.stdout.write = (...given: unknown[]) => {
        callbacks.push(...given.filter((one): one is () => void => typeof one === 'function'));
        return true;
      };
      try {
        return { taken: new RunnerLog().write(bytes('much')), callbacks };
      } finally {
        process.stdout.write = real;
        Reflect.deleteProperty(process.stdout, 'writableLength');
      }
    };
    expect(write(0).taken).to.equal(undefined);
    const { taken, callbacks } = write(1);
    let done = false;
    const waiting = Promise.resolve(taken).then(() => (done = true));
    await new Promise((resolve) => setImmediate(resolve));
    expect(done).to.equal(false);
    for (const call of callbacks) call();
    await waiting;
  });

  it('says nothing more once the runner has closed the pipe, and tells so once', async () => {
    const before = new Set(process.stdout.listeners('error'));
    let closings = 0;
    const log = new RunnerLog(() => closings++);
    let added: ((...given: unknown[]) => unknown)[] = [];
    const text = written(() => {
      log.debugging = true;
      log.line('before');
      added = process.stdout.listeners('error').filter(isNew);
      for (const tell of [...added, ...added]) tell(new Error('write EPIPE'));
      void log.write(bytes('lost\n'));
      log.line('lost');
      log.warning('lost');
      log.error('lost', 'a title');
      log.debug('lost');
    });
    for (const listener of added) process.stdout.off('error', listener);
    await log.end();
    expect([text, added.length, closings, log.closed]).to.deep.equal(['before\n', 1, 1, true]);

    function isNew(listener: unknown): listener is (...given: unknown[]) => unknown {
      return typeof listener === 'function' && ![...before].some((known) => known === listener);
    }
  });
});

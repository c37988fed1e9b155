import { expect } from 'chai';
import { pump } from '../../src/back/pump.js';
import type { ExecHandlers, ExecStatus } from '../../src/cluster/exec.js';
import { FakeCluster } from '../support/fake-cluster.js';
import { settled } from '../support/settled.js';

const TOTALS = Buffer.from('Total bytes written: 10240 (10KiB, 1MiB/s)\n');
const end = (pod: string) => ({ pod, container: 'podhooks', command: ['tar'] });

/** A promise of an end, and what brings it. */
function ending(): { done: Promise<ExecStatus>; stop: () => void } {
  let stop: () => void = () => undefined;
  const done = new Promise<ExecStatus>((resolve) => (stop = () => resolve({ exitCode: 0 })));
  return { done, stop: () => stop() };
}

describe('a copy from pod to pod through the runner', () => {
  /** The sender ends only when it is dismissed: what containerd still has of one that has ended may be lost. */
  const copy = (send: (handlers: ExecHandlers) => Promise<void>) => {
    const cluster = new FakeCluster();
    const events: string[] = [];
    const [reader, sender] = [ending(), ending()];
    const close = () => undefined;
    cluster.execs = [
      () => ({
        done: reader.done,
        write: (data) => {
          events.push(`read ${data.length}`);
          return Promise.resolve();
        },
        endInput: reader.stop,
        close,
      }),
      (handlers) => {
        void send(handlers);
        const write = (data: Buffer | string) => {
          events.push(data.toString());
          sender.stop();
          return Promise.resolve();
        };
        return { done: sender.done, write, endInput: () => undefined, close };
      },
    ];
    return { events, result: pump(cluster, end('from'), end('to'), new AbortController().signal) };
  };

  it('keeps the sender until all that it has printed is here', async () => {
    const { events, result } = copy(async ({ onStdout, onStderr }) => {
      await onStdout(Buffer.alloc(4096));
      await onStderr(TOTALS);
      await onStdout(Buffer.alloc(6144));
    });
    const { from } = await settled(result);
    expect(from).to.deep.equal({ exitCode: 0, diagnostic: '', totalBytes: 10_240 });
    expect(events).to.deep.equal(['read 4096', 'read 6144', 'ok\n']);
  });

  it('dismisses a sender that says last how much it was', async () => {
    const { events, result } = copy(async ({ onStdout, onStderr }) => {
      await onStdout(Buffer.alloc(10_240));
      await onStderr(TOTALS);
    });
    await settled(result);
    expect(events).to.deep.equal(['read 10240', 'ok\n']);
  });
});

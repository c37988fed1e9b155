import { expect } from 'chai';
import { collect, LARGEST_DIAGNOSTIC_BYTES, LARGEST_OUTPUT_BYTES } from '../../src/cluster/collect.js';
import { FakeCluster } from '../support/fake-cluster.js';
import { settled } from '../support/settled.js';

const never = new AbortController().signal;

/** A command that prints these, and ends with 0. */
function printing(stdout: readonly Buffer[], stderr: readonly Buffer[]): FakeCluster {
  const cluster = new FakeCluster();
  cluster.execs = [
    (handlers) => {
      const print = async () => {
        for (const chunk of stdout) await handlers.onStdout(chunk);
        for (const chunk of stderr) await handlers.onStderr(chunk);
        return { exitCode: 0 };
      };
      return {
        write: () => Promise.resolve(),
        endInput: () => undefined,
        close: () => undefined,
        done: print(),
      };
    },
  ];
  return cluster;
}

describe('collect', () => {
  const run = (cluster: FakeCluster) => settled(collect(cluster, 'pod', 'job', ['sh'], '', never));

  it('keeps what a command prints', async () => {
    // The same buffer again, as a connection has it.
    const piece = Buffer.from('ab');
    expect(await run(printing([piece, piece], [Buffer.from('oh')]))).to.deep.equal({
      exitCode: 0,
      stdout: 'abab',
      stderr: 'oh',
    });
  });

  it('drops what a command prints beyond the limits', async () => {
    const flood = Array.from({ length: 100 }, () => Buffer.alloc(1024 * 1024, 'x'));
    const { exitCode, stdout, stderr } = await run(printing(flood, flood));
    expect([exitCode, stdout.length, stderr.length]).to.deep.equal([
      0,
      LARGEST_OUTPUT_BYTES,
      LARGEST_DIAGNOSTIC_BYTES,
    ]);
  });
});

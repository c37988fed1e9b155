import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { expect } from 'chai';
import { bringBack } from '../../src/back/bring-back.js';
import { ConnectionError } from '../../src/cluster/api-error.js';
import type { ExecHandlers, ExecSession, ExecStatus } from '../../src/cluster/exec.js';
import { commandContext } from '../support/command-context.js';
import { FakeCluster, refusal } from '../support/fake-cluster.js';
import { rawTar } from '../support/raw-tar.js';
import { ReceivingBed } from '../support/receiving-bed.js';

const ID = '01234567-89ab-4cde-8f01-23456789abcd';
const ARCHIVE = rawTar([
  { name: 'repo/repo/one', content: 'first' },
  { name: 'repo/repo/two', content: 'second' },
]);
const digestOf = (archive: Buffer) => `${createHash('sha256').update(archive).digest('hex')}\n`;

/** What comes over one connection, and how its command ends; it goes on without a word unless it says so. */
interface Connection {
  stdout?: Buffer;
  stderr?: string;
  exitCode?: number;
}

describe('the archive of a step', () => {
  let bed: ReceivingBed;
  beforeEach(() => (bed = new ReceivingBed()));
  afterEach(() => bed.close());

  const bring = (connections: (Connection | Error)[], answer = `bulk ${ID}\n`, retrySeconds = '20') => {
    const cluster = new FakeCluster();
    const written: string[] = [];
    const session = ({ stdout, stderr, exitCode }: Connection, handlers: ExecHandlers): ExecSession => {
      let end: (status: ExecStatus) => void = () => undefined;
      const done = new Promise<ExecStatus>((resolve) => (end = resolve));
      setImmediate(() => {
        if (stdout !== undefined) void handlers.onStdout(Buffer.from(stdout));
        if (stderr !== undefined) void handlers.onStderr(Buffer.from(stderr));
        if (exitCode !== undefined) end({ exitCode });
      });
      return {
        write: (data) => {
          written.push(data.toString());
          end({ exitCode: 0 });
          return Promise.resolve();
        },
        endInput: () => undefined,
        close: () => undefined,
        done,
      };
    };
    cluster.execs = connections.map((connection) => (handlers) => {
      if (connection instanceof Error) throw connection;
      return session(connection, handlers);
    });
    const given = commandContext(cluster, { ACTIONS_RUNNER_HOOK_API_RETRY_SECONDS: retrySeconds });
    const back = {
      pod: 'job-pod',
      work: bed.work,
      repository: 'repo',
      answer: answer === '' ? undefined : Buffer.from(answer),
    };
    return { ...given, written, result: bringBack(given.context, back) };
  };
  const content = (name: string) => readFileSync(bed.path(`_work/repo/repo/${name}`), 'utf8');

  it('is acknowledged when it is whole, with the digest that was sent', async () => {
    const { result, out, written } = bring([{ stdout: ARCHIVE, stderr: digestOf(ARCHIVE) }]);
    await result;
    expect([content('one'), content('two')]).to.deep.equal(['first', 'second']);
    expect(written).to.deep.equal(['ok\n']);
    expect(out.warnings).to.deep.equal([]);
  });

  it('is not acknowledged when the digests differ', async () => {
    const { result, out, written } = bring([{ stdout: ARCHIVE, stderr: digestOf(Buffer.from('other')) }]);
    await result;
    expect(written).to.deep.equal([]);
    expect(out.warnings.join()).to.contain('the digests differ');
  });

  it('is brought over another connection, behind the last file in place, when bash ends early', async () => {
    const half = ARCHIVE.subarray(0, 1536);
    const { result, out, cluster } = bring([
      { stdout: half, stderr: 'killed', exitCode: 137 },
      refusal(500, 'container not found'),
      { stdout: ARCHIVE, stderr: digestOf(ARCHIVE) },
    ]);
    await result;
    expect(out.warnings).to.deep.equal([]);
    expect(out.debugLines[0]).to.contain('was cut, and goes on').and.contain('exit code 137: killed');
    expect(cluster.requests).to.have.length(3);
    expect(cluster.requests[1]).to.not.equal(cluster.requests[0]);
    expect(content('two')).to.equal('second');
  });

  it('is given up when the agent has thrown it away', async () => {
    const { result, out, cluster } = bring([{ exitCode: 3 }]);
    await result;
    expect(out.warnings.join()).to.contain('the agent has thrown the archive away');
    expect(cluster.requests).to.have.length(1);
  });

  it('is given up when it is none', async () => {
    const { result, out } = bring([{ stdout: Buffer.alloc(1024, 'x') }]);
    await result;
    expect(out.warnings).to.have.length(1);
    expect(existsSync(bed.path('_work/repo/repo/one'))).to.equal(false);
  });

  it('is given up when connections are lost for longer than is set', async () => {
    const { result, out } = bring([new ConnectionError('exec', 'lost')], undefined, '0.5');
    await result;
    expect(out.warnings.join()).to.contain('lost');
  });

  it('is given up when the step is cancelled, before or amid the connection', async () => {
    const early = bring([{}]);
    early.cancel();
    await early.result;
    expect(early.out.warnings.join()).to.contain('was cancelled');
    const amid = bring([{ stdout: ARCHIVE.subarray(0, 700) }]);
    setTimeout(amid.cancel, 20);
    await amid.result;
    expect(amid.written).to.deep.equal([]);
    expect(existsSync(bed.path('_work/repo/repo/two'))).to.equal(false);
  });

  it('is none where the answer is neither a list nor an archive, or has a strange name', async () => {
    for (const answer of ['nonsense\n', 'bulk ../../x\n', 'bulk\n']) {
      const { result, cluster } = bring([], answer);
      await result;
      expect(cluster.requests).to.deep.equal([]);
    }
  });

  it('is missed once: what was said is not said again', async () => {
    const first = bring([], 'nonsense\n');
    await first.result;
    expect(first.out.warnings).to.have.length(1);
    const again = bring([], 'nonsense\n');
    await again.result;
    expect(again.out.warnings).to.deep.equal([]);
    const other = bring([], '');
    await other.result;
    expect(other.out.warnings.join()).to.contain('did not answer');
  });

  it('is missed each time where what was said cannot be kept', async () => {
    const place = bed.path('_work/_temp/_podhooks/not-copied');
    symlinkSync('/etc/passwd', place);
    for (let time = 1; time <= 2; time++) {
      const { result, out } = bring([], 'nonsense\n');
      await result;
      expect(out.warnings, `time ${time}`).to.have.length(1);
    }
  });

  it('is missed with a warning where the folder for temporary files is a file', async () => {
    const work = bed.path('work');
    mkdirSync(work);
    writeFileSync(`${work}/_temp`, '');
    const { context, out } = commandContext(new FakeCluster());
    await bringBack(context, { pod: 'job-pod', work, repository: 'repo', answer: undefined });
    expect(out.warnings).to.have.length(1);
  });
});
